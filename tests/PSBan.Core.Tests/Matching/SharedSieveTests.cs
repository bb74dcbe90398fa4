using PSBan.Matching;
using PSBan.Model;

namespace PSBan.Tests.Matching;

/// <summary>One search for many filters finds every line that any of them would let through, and none is processed for the others.</summary>
public sealed class SharedSieveTests
{
    private static readonly string[] s_patterns =
    [
        "Failed password for .* from <HOST>$", "reject .* from <HOST>$", "(?i:login failed) <HOST>$", @"^\S+ \w+: <HOST>$",
    ];

    [Fact]
    public void Each_filter_gets_its_lines_in_order()
    {
        LineFilter[] filters = [.. s_patterns.Select(pattern => TestedFilter.Create([pattern]).Filter)];
        SharedSieve sieve = new(filters);
        string text = "nothing\nFailed password for x\nreject Failed password for and reject \n\nLOGIN FAILED 1\nFailed password for ";

        sieve.Sift(text);

        Assert.Equal(["1 Failed password for x", "2 reject Failed password for and reject ", "5 Failed password for "], Lines(sieve, 0, text));
        Assert.Equal(["4 LOGIN FAILED 1"], Lines(sieve, 2, text));
        Assert.Null(sieve.LinesFor(3));

        sieve.Sift("nothing at all\n");
        Assert.Empty(sieve.LinesFor(0)!);
    }

    [Fact]
    public void A_line_without_a_date_goes_with_the_last_of_those_passed_over()
    {
        string[] filler = [.. Enumerable.Range(0, 30).Select(i => i % 5 == 0 ? "  no date here" : $"2005-08-14 11:59:{i:00} host nothing")];
        string text = string.Join('\n', filler) + "\n";
        TestedFilter one = TestedFilter.Create(["Failed password from <HOST>$"]), all = TestedFilter.Create(["Failed password from <HOST>$"]);
        foreach (string line in filler)
        {
            one.Filter.PassOver(line, inOperation: true);
        }

        all.Filter.PassOverAll(text, inOperation: true);

        Failure expected = one.FeedOne("Failed password from 192.0.2.7");
        Assert.Equal(expected.Time, all.FeedOne("Failed password from 192.0.2.7").Time);
        Assert.Equal(29, expected.Time.Second);
    }

    private static string[] Lines(SharedSieve sieve, int filter, string text) =>
        [.. sieve.LinesFor(filter)!.Select(line => $"{line.Index} {text.Substring(line.Start, line.Length)}")];
}
