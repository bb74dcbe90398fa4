using System.Globalization;
using System.Text;
using PSBan.EndToEnd.Support;
using PSBan.EndToEnd.Tests.SampleLogs;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Tests.Filters;

/// <summary>
/// Line by line, every filter against fail2ban's own classes: verdict, failregexes and ignoreregexes hit, identifier, time, captured groups, lines
/// of the failure. The lines are those of the sample logs, as they are and then mutated; the filters are Debian's and ours.
/// </summary>
/// <remarks>
/// PSBAN_DIFFERENTIAL_LINES sets the number of lines, PSBAN_TEST_SEED where chance begins, PSBAN_DIFFERENTIAL_LOG a further log whose lines go
/// through every filter. The folders are those of <see cref="SampleLogTests"/>.
/// </remarks>
public sealed class DifferentialTests(FilterOracle oracle, ITestOutputHelper output) : IClassFixture<FilterOracle>
{
    private const int Batch = 200;
    private const int MostShown = 12;

    private static readonly string s_ownSamples = Path.Combine(Repository.Root, "tests", "samples");
    private static readonly int s_seed = FromEnvironment("PSBAN_TEST_SEED", 20);
    private static readonly int s_lines = FromEnvironment("PSBAN_DIFFERENTIAL_LINES", 60_000);
    private static readonly Lazy<int> s_cases = new(() => DebianFilters().Sum(name => DebianCases(name).Count) + OwnFilters().Sum(name => OwnCases(name).Count));

    public static IReadOnlyList<string> DebianFilters() => Names(SampleLogTests.Configuration);

    public static IReadOnlyList<string> OwnFilters() => Names(DefaultPathsForTests.Stock);

    public static TheoryData<string> DebianData() => [.. DebianFilters().DefaultIfEmpty("sshd")];

    public static TheoryData<string> OwnData() => [.. OwnFilters()];

    [OracleTheory]
    [MemberData(nameof(DebianData))]
    public void Filters_of_fail2ban_judge_every_line_as_fail2ban_does(string name) => Compare(DebianCases(name), Path.Combine(SampleLogTests.Samples, name));

    [OracleTheory]
    [MemberData(nameof(OwnData))]
    public void Filters_of_ours_judge_every_line_as_fail2ban_would(string name) => Compare(OwnCases(name), Path.Combine(s_ownSamples, name + ".log"));

    private static IReadOnlyList<FilterCase> DebianCases(string name) => FilterCase.All(SampleLogTests.Configuration, name, Path.Combine(SampleLogTests.Samples, name));

    private static IReadOnlyList<FilterCase> OwnCases(string name) => FilterCase.All(DefaultPathsForTests.Stock, name, Path.Combine(s_ownSamples, name + ".log"));

    private static IReadOnlyList<string> Names(string configuration)
    {
        string folder = Path.Combine(configuration, "filter.d");
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.conf").Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => !name.EndsWith("common", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
            : [];
    }

    private static int FromEnvironment(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int set) ? set : standard;

    /// <summary>The lines of a sample log; none where there is no such file.</summary>
    internal static List<string> SampleLines(string path) => File.Exists(path) ? [.. SampleFile.Read(path).Where(entry => entry.Kind == SampleKind.Line).Select(entry => entry.Line)] : [];

    private void Compare(IReadOnlyList<FilterCase> cases, string samplePath)
    {
        List<string> own = SampleLines(samplePath);
        List<string> foreign = [.. Directory.EnumerateFiles(Path.GetDirectoryName(samplePath)!).Order(StringComparer.Ordinal).SelectMany(SampleLines)];
        int lines = s_lines / s_cases.Value;
        output.WriteLine($"PSBAN_TEST_SEED={s_seed} PSBAN_DIFFERENTIAL_LINES={s_lines}: {lines} lines for each of {cases.Count} ways to use the filter");
        var tally = new Tally();
        foreach (FilterCase filter in cases)
        {
            Compare(filter, Lines(filter, own, foreign, lines), tally);
        }

        output.WriteLine($"{tally.Compared} lines compared, {tally.Matched} matched, {tally.Ignored} ignored, {tally.Lost} on which fail2ban failed, {tally.Stalled} on which it stalled");
        Assert.True(tally.Deviations.Count == 0, $"{tally.Deviations.Count} deviations\n{string.Join('\n', tally.Deviations.Take(MostShown))}");
        Assert.True(tally.Matched > 0 && tally.Stalled <= tally.Compared / 20, "Too little could be compared.");
    }

    /// <summary>The lines of one run; time goes on now and then, so that sessions and dates of earlier lines expire.</summary>
    private static IEnumerable<TimedLine> Lines(FilterCase filter, List<string> own, List<string> foreign, int count)
    {
        // The name decides too, or every filter would see the same mutations.
        int seed = s_seed + filter.ToString().Aggregate(17, (sum, c) => unchecked((sum * 31) + c));
        var random = new Random(seed);
        var mutator = new LineMutator(seed, own.Count > 0 ? own : foreign, foreign);
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(1124013600);
        string? log = Environment.GetEnvironmentVariable("PSBAN_DIFFERENTIAL_LOG");
        IEnumerable<string> further = string.IsNullOrEmpty(log) ? [] : File.ReadLines(log);
        foreach (string line in own.Concat(further).Concat(Enumerable.Range(0, count).Select(_ => mutator.Next())))
        {
            // Where patterns span lines, fail2ban also cuts what lies between at these characters, though none of them ends a line of a log.
            string text = filter.SpansLines ? string.Concat(line.Where(c => !"\r\v\f\u001C\u001D\u001E\u0085\u2028\u2029".Contains(c))) : line;

            // Nothing passes over empty lines in fail2ban but its readers.
            if (text.Length > 0)
            {
                yield return filter.IsJournal ? new TimedLine(now, filter.Prefix + text, now) : new TimedLine(now, text, null);
            }

            now = now.AddSeconds(random.Next(20) switch { 0 => 61 + random.Next(300), 1 or 2 => random.Next(60), _ => 0 });
        }
    }

    private void Compare(FilterCase filter, IEnumerable<TimedLine> lines, Tally tally)
    {
        Assert.Null(oracle.Use(filter));
        var ours = new FilterUnderTest(filter);
        foreach (TimedLine[] batch in lines.Chunk(Batch))
        {
            IReadOnlyList<LineOutcome> expected = oracle.Judge(batch);
            for (int i = 0; i < batch.Length; i++)
            {
                LineOutcome actual = ours.Judge(batch[i]);
                tally.Count(expected[i]);
                if (KnownDifferences.Explain(filter, batch[i], expected[i], actual) is { } difference)
                {
                    tally.Deviations.Add($"[{filter}] {difference}\n  line     {Escape(batch[i].ToString())}\n  fail2ban {Escape(expected[i].ToString())}\n  ours     {Escape(actual.ToString())}");
                }
                else if (ours.WasRuledOut)
                {
                    tally.Deviations.Add($"[{filter}] ruled out by its strings\n  line     {Escape(batch[i].ToString())}\n  ours     {Escape(actual.ToString())}");
                }
            }
        }
    }

    private static string Escape(string text) =>
        text.Aggregate(new StringBuilder(), (all, c) => c is >= ' ' and <= '~' or '«' or '»' ? all.Append(c) : all.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}")).ToString();

    private sealed class Tally
    {
        public List<string> Deviations { get; } = [];

        public int Compared { get; private set; }

        public int Matched { get; private set; }

        public int Ignored { get; private set; }

        public int Lost { get; private set; }

        public int Stalled { get; private set; }

        public void Count(LineOutcome expected)
        {
            Compared++;
            Matched += expected.Verdict == "matched" ? 1 : 0;
            Ignored += expected.Verdict == "ignored" ? 1 : 0;
            Stalled += expected.Trouble == "stalled" ? 1 : 0;
            Lost += expected.Trouble is { } trouble and not "stalled" ? 1 : 0;
        }
    }
}

/// <summary>A theory that wants fail2ban's classes, filters and sample logs.</summary>
public sealed class OracleTheoryAttribute : TheoryAttribute
{
    public OracleTheoryAttribute() => Skip = Requirements.Missing(FilterOracle.Needs);
}
