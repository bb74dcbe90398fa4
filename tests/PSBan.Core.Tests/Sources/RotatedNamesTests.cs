using PSBan.Sources;

namespace PSBan.Tests.Sources;

public class RotatedNamesTests
{
    [Theory]
    [InlineData("/x/a.log.1", "/x/a.log")]
    [InlineData("/x/a.log.12.gz", "/x/a.log")]
    [InlineData("/x/a.log-20260301", "/x/a.log")]
    [InlineData("/x/a.log-2026-03-01.gz", "/x/a.log")]
    [InlineData("/x/a.log.2026-03-01", "/x/a.log")]
    [InlineData("/x/a.log-20260301-2", "/x/a.log")]
    [InlineData("/x/a.log", null)]
    [InlineData("/x/a.log.gz", null)]
    [InlineData("/x/a.log.old", null)]
    [InlineData("/x/a.log.1.old", null)]
    [InlineData("/x/a.log-", null)]
    [InlineData("/x/.1", null)]
    [InlineData("/x/20260301", null)]
    public void The_log_is_told_from_the_ending(string path, string? log)
    {
        Assert.Equal(log ?? path, RotatedNames.LogOf(path));
        Assert.Equal(log is not null, RotatedNames.IsRotatedFrom(path, "/x/a.log"));
    }

    [Theory]
    [InlineData("/x/auth.log2-20260301", "/x/auth.log2")]
    [InlineData("/x/web1-2026-03-01.gz", "/x/web1")]
    [InlineData("/x/web1.3", "/x/web1")]
    public void The_name_of_a_log_may_end_in_a_digit(string path, string log)
    {
        Assert.Equal(log, RotatedNames.LogOf(path));
        Assert.True(RotatedNames.IsRotatedFrom(path, log));
        Assert.False(RotatedNames.IsRotatedFrom(log, log));
        Assert.False(RotatedNames.IsRotatedFrom(path, log.AsSpan(0, log.Length - 1)));
    }

    [Fact]
    public void A_log_that_is_compressed_itself_is_no_rotated_file_of_its_own() => Assert.False(RotatedNames.IsRotatedFrom("/x/a.log.gz", "/x/a.log.gz"));

    [Theory]
    [InlineData("a.log.10", "a.log.9")]
    [InlineData("a.log.2.gz", "a.log.1")]
    [InlineData("a.log.1", "a.log")]
    [InlineData("a.log-20260301", "a.log-20260302.gz")]
    [InlineData("a.log-20260301", "a.log-20260301-1")]
    [InlineData("a.log-20260301-2", "a.log-20260302")]
    [InlineData("a.log-2026-03-01", "a.log-2026-11-01")]
    [InlineData("a.log.20260301", "a.log.20260302")]
    [InlineData("a.log-20260302", "a.log")]
    public void Names_tell_what_is_older(string older, string younger)
    {
        Assert.True(RotatedNames.Compare(older, younger) < 0);
        Assert.True(RotatedNames.Compare(younger, older) > 0);
        Assert.Equal(0, RotatedNames.Compare(older, older));
    }

    [Fact]
    public void A_number_and_a_date_tell_nothing_of_each_other() => Assert.Null(RotatedNames.Compare("a.log.1", "a.log-20260301"));
}
