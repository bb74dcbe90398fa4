using PSBan.Configuration;
using PSBan.Matching;

namespace PSBan.Tests.Matching;

/// <summary>A report counts lines without keeping what was captured; it must count what a filter that keeps it counts.</summary>
public sealed class ReportCountingTests
{
    private static readonly string[] s_patterns =
    [
        @"^<F-MLFID>s\d+</F-MLFID> user <F-USER>\S*</F-USER>(?: or <F-ALT_USER>\S*</F-ALT_USER>)?(?: or <F-ALT_USER_2>\S*</F-ALT_USER_2>)? from <HOST>$",
        @"^<F-MLFID>s\d+</F-MLFID> <F-NOFAIL>hello</F-NOFAIL>(?: <HOST>)?(?: port <F-PORT>\d+</F-PORT>)?$",
        @"^<F-MLFID>s\d+</F-MLFID> <F-MLFFORGET>bye</F-MLFFORGET>(?: <F-MLFGAINED>in</F-MLFGAINED>)?(?: <ADDR>)?$",
        @"^<F-MLFID>s\d+</F-MLFID> <F-MLFGAINED>in</F-MLFGAINED> as <F-USER>\S*</F-USER>(?: <HOST>)?$",
        @"^lone <F-ID>\S*</F-ID>(?: <HOST>)?$",
        @"^lone <F-NOFAIL>\S*</F-NOFAIL> <SUBNET>$",
        @"^pair <F-TUPLE_ID>\S+</F-TUPLE_ID> <F-TUPLE_ID_2>\S+</F-TUPLE_ID_2>(?: <F-ID>root</F-ID>)?$",
    ];

    [Theory]
    [InlineData(UseDns.Yes)]
    [InlineData(UseDns.Warn)]
    [InlineData(UseDns.No)]
    [InlineData(UseDns.Raw)]
    public void Verdicts_and_hits_are_those_of_a_filter_that_keeps_everything(UseDns useDns)
    {
        foreach (string[] patterns in new[] { s_patterns, [.. s_patterns.Where(pattern => !pattern.Contains("TUPLE", StringComparison.Ordinal))] })
        {
            TestedFilter whole = Create(patterns, useDns, onlyCounts: false), counting = Create(patterns, useDns, onlyCounts: true);
            Random random = new((int)useDns);
            HashSet<LineVerdict> seen = [];
            for (int i = 0; i < 6_000; i++)
            {
                string line = Line(random);
                whole.Feed(line);
                counting.Feed(line);
                Assert.True(whole.Verdict == counting.Verdict, $"{i}: {line}: {whole.Verdict}, {counting.Verdict}");
                seen.Add(whole.Verdict);
            }

            Assert.Equal(whole.Filter.Patterns.Select(pattern => pattern.Hits), counting.Filter.Patterns.Select(pattern => pattern.Hits));
            Assert.All(whole.Filter.Patterns, pattern => Assert.True(pattern.Hits > 0, pattern.Pattern.Text));
            Assert.Superset(new HashSet<LineVerdict> { LineVerdict.Matched, LineVerdict.Ignored, LineVerdict.Missed }, seen);
        }
    }

    private static TestedFilter Create(string[] patterns, UseDns useDns, bool onlyCounts) =>
        TestedFilter.Create(patterns, filter => filter with { UseDns = useDns }, options => options with { CheckAllRegex = true, OnlyCounts = onlyCounts });

    private static string Line(Random random)
    {
        string session = $"s{random.Next(6)}", host = Pick("192.0.2.1", "2001:db8::1", "mail.example.com", "1.2.3.999"), user = Pick("root", "anna", "");
        string orUsers = Pick("", $" or {Pick("tom", "")}", $" or {Pick("tom", "")} or eve"), more = Pick("", $" {host}");
        return random.Next(8) switch
        {
            0 or 1 => $"{session} user {user}{orUsers} from {host}",
            2 => $"{session} hello{more}{Pick("", " port 22")}",
            3 => $"{session} bye{Pick("", " in")}{more}",
            4 => $"{session} in as {user}{more}",
            5 => $"lone {Pick("x", "", "192.0.2.3", "192.0.2.0/24")} {host}",
            6 => $"pair {Pick("a", "b")} {host}{Pick("", " root")}",
            _ => "nothing",
        };

        string Pick(params string[] of) => of[random.Next(of.Length)];
    }
}
