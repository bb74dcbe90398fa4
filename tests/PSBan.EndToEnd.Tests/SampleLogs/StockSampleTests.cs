using PSBan.Configuration;
using PSBan.EndToEnd.Support;
using PSBan.Matching.Patterns;
using PSBan.Model;

namespace PSBan.EndToEnd.Tests.SampleLogs;

/// <summary>PSBan's own filters: every annotated line, forged ones included, and the promise that no pattern of theirs can be stalled or forged.</summary>
public sealed class StockSampleTests
{
    private static readonly string s_samples = Path.Combine(Repository.Root, "tests", "samples");

    public static TheoryData<string> Sampled() => [.. Directory.EnumerateFiles(s_samples, "*.log").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Filters() => [.. new ConfigurationLoader(null, DefaultPathsForTests.Stock).FilterNames.Where(name => !name.EndsWith("common", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Sampled))]
    public void Every_line_is_judged_as_annotated(string filter)
    {
        SampleRunner runner = new(filter, DefaultPathsForTests.Stock, s_samples, skipsUnlikelyLines: true, extension: ".log");
        IReadOnlyList<string> deviations = runner.Run();
        Assert.True(deviations.Count == 0, $"{deviations.Count} deviations\n{string.Join('\n', deviations)}");
        Assert.True(runner.Counts.Matched > 0, "No line had to match.");
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Every_pattern_is_linear_and_cannot_be_forged_and_the_filter_has_samples(string filter)
    {
        List<Problem> problems = [];
        FilterOptions options = new ConfigurationLoader(null, DefaultPathsForTests.Stock).LoadFilter(filter, problems, "auto")!;
        Assert.Empty(problems);
        foreach (Located<string> text in options.FailRegex)
        {
            Pattern pattern = Pattern.Compile(text.Value, new PatternOptions());
            Assert.True(pattern.IsLinear, $"{text.Location}: {text.Value}");
            Assert.True(pattern.Warnings.Count == 0, $"{text.Location}: {string.Join(' ', pattern.Warnings)}");
        }

        Assert.True(File.Exists(Path.Combine(s_samples, filter + ".log")), $"tests/samples has no {filter}.log.");
    }
}
