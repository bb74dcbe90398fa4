using System.Text.Json;
using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Tests.Matching;

public sealed class FilterMemoryTests
{
    private const string Session = @"^\[<F-MLFID>\w+</F-MLFID>\] ";

    private static readonly string[] s_sessions =
    [
        Session + "<F-NOFAIL>connect from</F-NOFAIL> <ADDR>",
        Session + @"bad password for <F-USER>\w+</F-USER>",
        Session + "<F-MLFFORGET>bye</F-MLFFORGET>",
        Session + @"<F-MLFFORGET><F-MLFGAINED>welcome</F-MLFGAINED></F-MLFFORGET> <F-USER>\w+</F-USER>",
        Session + "<F-NOFAIL><F-MLFFORGET>closed</F-MLFFORGET></F-NOFAIL> <ADDR>",
    ];

    [Fact]
    public void Filter_that_begins_from_memory_finds_what_one_finds_that_never_stopped()
    {
        string[] words = ["connect from 192.0.2.1", "bad password for u1", "bad password for u2", "bye", "welcome u1", "closed 192.0.2.2", "noise"];
        HoldAgainstEachOther(random => $"[{(char)('a' + random.Next(3))}] {words[random.Next(words.Length)]}", s_sessions, filter => filter);
    }

    [Fact]
    public void The_last_lines_are_part_of_the_memory()
    {
        string[] words = ["begin", "noise", "end 192.0.2.1"];
        HoldAgainstEachOther(
            random => words[random.Next(words.Length)],
            ["^begin$<SKIPLINES>^end <HOST>$"],
            filter => filter with { MaxLines = 4 });
    }

    [Fact]
    public void Line_without_a_date_goes_with_the_last_one_of_the_earlier_run()
    {
        TestedFilter first = Make(s_dated, filter => filter), second = Make(s_dated, filter => filter);
        Failure before = first.FeedOne("Aug 14 11:59:50 bad 192.0.2.1");
        second.Filter.Recall(first.Filter.Remember());
        Assert.Equal(before.Time, second.FeedOne("bad 192.0.2.1").Time);
    }

    [Fact]
    public void Memory_tells_whether_it_has_changed()
    {
        TestedFilter filter = Make(s_sessions, filter => filter);
        long version = filter.Filter.MemoryVersion;
        filter.Feed("[a] noise");
        Assert.Equal(version, filter.Filter.MemoryVersion);
        filter.Feed("[a] connect from 192.0.2.1");
        Assert.NotEqual(version, filter.Filter.MemoryVersion);
        Assert.Equal("a", Assert.Single(filter.Filter.Remember().Sessions).Id);
        filter.Clock.Advance(TimeSpan.FromMinutes(5));
        filter.Feed("[a] noise");
        Assert.Empty(filter.Filter.Remember().Sessions);
    }

    private static readonly string[] s_dated = ["bad <ADDR>$"];

    private static void HoldAgainstEachOther(Func<Random, string> line, string[] failRegex, Func<FilterOptions, FilterOptions> change)
    {
        int found = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            Random random = new(seed);
            TestedFilter undisturbed = Make(failRegex, change), restarted = Make(failRegex, change);
            for (int i = 0; i < 100; i++)
            {
                string text = line(random);
                string expected = Describe(undisturbed.Feed(text));
                Assert.Equal(expected, Describe(restarted.Feed(text)));
                found += expected.Length > 0 ? 1 : 0;
                if (random.Next(3) == 0)
                {
                    // The way through a store.
                    FilterMemory memory = JsonSerializer.Deserialize<FilterMemory>(JsonSerializer.Serialize(restarted.Filter.Remember()))!;
                    restarted = Make(failRegex, change);
                    restarted.Filter.Recall(memory);
                }
            }
        }

        Assert.True(found > 100, $"only {found} lines were failures");
    }

    private static TestedFilter Make(string[] failRegex, Func<FilterOptions, FilterOptions> change) => TestedFilter.Create(failRegex, change);

    private static string Describe(List<Failure> failures) => string.Join(' ', failures.Select(failure =>
        $"{failure.Id} [{string.Join('|', failure.Matches)}] {string.Join(',', failure.Users)} {string.Join(',', failure.Data.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}"))}"));
}
