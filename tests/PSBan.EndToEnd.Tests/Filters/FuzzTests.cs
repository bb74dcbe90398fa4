using System.Diagnostics;
using System.Globalization;
using System.Text;
using PSBan.EndToEnd.Support;
using PSBan.EndToEnd.Tests.SampleLogs;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Tests.Filters;

/// <summary>Any line through any filter: no exception, nothing given up that need not be, every failure names somebody, and no memory that grows with the lines.</summary>
/// <remarks>PSBAN_FUZZ_LINES sets the number of lines over all filters, PSBAN_TEST_SEED where chance begins.</remarks>
public sealed class FuzzTests(ITestOutputHelper output)
{
    // What a filter may remember: sessions, compiled patterns, automata.
    private const long MostMemory = 64 << 20;

    private static readonly int s_lines = FromEnvironment("PSBAN_FUZZ_LINES", 200_000);
    private static readonly int s_seed = FromEnvironment("PSBAN_TEST_SEED", 20);
    private static readonly string s_ownSamples = Path.Combine(Repository.Root, "tests", "samples");

    [Fact]
    public void Filters_of_ours_survive_any_line() =>
        Survive(DifferentialTests.OwnFilters().SelectMany(name => FilterCase.All(DefaultPathsForTests.Stock, name, Path.Combine(s_ownSamples, name + ".log"))), s_ownSamples);

    [RequiresFact("/etc/fail2ban/filter.d/sshd.conf", "/usr/lib/python3/dist-packages/fail2ban/tests/files/logs")]
    public void Filters_of_fail2ban_survive_any_line() =>
        Survive(DifferentialTests.DebianFilters().SelectMany(name => FilterCase.All(SampleLogTests.Configuration, name, Path.Combine(SampleLogTests.Samples, name))), SampleLogTests.Samples);

    private static int FromEnvironment(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int set) ? set : standard;

    private void Survive(IEnumerable<FilterCase> filters, string samples)
    {
        List<FilterCase> cases = [.. filters];
        List<string> lines = [.. Directory.EnumerateFiles(samples).Order(StringComparer.Ordinal).SelectMany(DifferentialTests.SampleLines)];
        int each = Math.Max(1, s_lines / 2 / cases.Count);
        long start = Stopwatch.GetTimestamp(), failures = 0, givenUp = 0, most = 0;
        foreach (FilterCase filter in cases)
        {
            string own = new[] { filter.Name, filter.Name + ".log" }.Select(name => Path.Combine(samples, name)).FirstOrDefault(File.Exists, "");
            (long found, long lost, long memory) = Survive(filter, DifferentialTests.SampleLines(own) is { Count: > 0 } its ? its : lines, lines, each);
            (failures, givenUp, most) = (failures + found, givenUp + lost, Math.Max(most, memory));
        }

        TimeSpan time = Stopwatch.GetElapsedTime(start);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"PSBAN_TEST_SEED={s_seed} PSBAN_FUZZ_LINES={s_lines}: {each * cases.Count} lines through {cases.Count} filters in {time.TotalSeconds:0} s, {failures} failures, {givenUp} lines given up, at most {most >> 20} MB kept by a filter"));
    }

    private static (long Failures, long GivenUp, long Memory) Survive(FilterCase filter, List<string> own, List<string> lines, int count)
    {
        int seed = s_seed + filter.ToString().Aggregate(17, (sum, c) => unchecked((sum * 31) + c));
        var random = new Random(seed);
        var mutator = new LineMutator(seed, own, lines);
        var clock = new ManualTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1124013600), CentralEurope.Zone);
        List<LineNotice> notices = [];
        LineFilter tried = filter.Create(clock, notices.Add);
        List<Failure> failures = [];
        long found = 0, givenUp = 0, before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < count; i++)
        {
            string line = random.Next(4) switch { 0 => Binary(random), 1 => Characters(random), _ => mutator.Next() };
            try
            {
                givenUp += tried.Process(new LogLine(line, i + 1), inOperation: random.Next(8) != 0, failures) == LineVerdict.TimedOut ? 1 : 0;
                tried.PassOver(line, inOperation: true);
                if (i % 64 == 0)
                {
                    tried.DateOf(line);
                }
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{filter} failed on {Uri.EscapeDataString(line)}", e);
            }

            Assert.All(failures, failure => Assert.True(!failure.Id.IsEmpty || failure.HostName is not null, $"{filter} blames nobody for {line}"));
            Assert.True(failures.Count == 0 || FilterUnderTest.MayMatch(tried, line), $"{filter} would have passed over {line}");
            found += failures.Count;
            failures.Clear();
            clock.Advance(TimeSpan.FromSeconds(random.Next(50) == 0 ? 61 : 0));
        }

        Assert.All(
            notices.Where(notice => notice.Kind is LineNoticeKind.PatternTimedOut),
            notice => Assert.False(notice.Pattern is null || notice.Pattern.Pattern.IsLinear, $"{filter}: {notice.Message} {notice.Line}"));
        notices.Clear();
        long memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(memory < MostMemory, $"{filter} keeps {memory >> 20} MB.");
        GC.KeepAlive(tried);
        return (found, givenUp, memory);
    }

    /// <summary>Bytes as a log in UTF-8 has them once decoded.</summary>
    private static string Binary(Random random)
    {
        var bytes = new byte[random.Next(random.Next(50) == 0 ? 20_000 : 200)];
        random.NextBytes(bytes);
        return Encoding.UTF8.GetString(bytes).Replace('\n', ' ');
    }

    /// <summary>Characters of any kind, half pairs of surrogates among them, mostly those that patterns speak of.</summary>
    private static string Characters(Random random)
    {
        const string common = "abcuser from 192.0.2.1 :[]()<>'\"=,-/@2001:db8::1 0123456789";
        var text = new char[random.Next(300)];
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = random.Next(6) == 0 ? (char)random.Next(0x10000) : common[random.Next(common.Length)];
        }

        return new string(text).Replace('\n', ' ');
    }
}
