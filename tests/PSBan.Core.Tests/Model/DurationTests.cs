using PSBan.Model;

namespace PSBan.Tests.Model;

/// <summary>The values are fail2ban's own answers (fail2ban-client --str2sec).</summary>
public sealed class DurationTests
{
    [Theory]
    [InlineData("600", 600)]
    [InlineData("1d12h", 129600)]
    [InlineData("1D12H", 129600)]
    [InlineData("1.5h", 5400)]
    [InlineData("1h-30m", 1800)]
    [InlineData("1y6mo", 47336400)]
    [InlineData("1y 6mo", 47336400)]
    [InlineData("1d12", 86412)]
    [InlineData("10 m 5", 605)]
    [InlineData("2*3m", 360)]
    [InlineData("7800m", 468000)]
    [InlineData("1 week", 604800)]
    [InlineData("24h", 86400)]
    [InlineData("2 (3)", -2)]
    [InlineData("1M", 60)]
    public void Time_values_are_read_as_fail2ban_reads_them(string text, double seconds)
    {
        if (seconds == -2)
        {
            Assert.False(Duration.TryParse(text, out _));
            return;
        }

        Assert.Equal(seconds, Duration.Parse(text).TotalSeconds);
    }

    [Fact]
    public void Minus_one_is_for_ever() => Assert.True(Duration.Parse("-1").IsPermanent);

    [Theory]
    [InlineData("m")]
    [InlineData("")]
    [InlineData("permanent")]
    [InlineData("1e3")]
    [InlineData("10#m")]
    [InlineData("1w # one week")]
    [InlineData("1/0")]
    [InlineData("((((1")]
    public void Other_text_is_no_time_value(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(86399, "24h")]
    [InlineData(90000, "1d 1h")]
    [InlineData(33696000, "1y 3w 4d")]
    [InlineData(605, "10m 5s")]
    [InlineData(600, "10m")]
    public void Printing_rounds_to_three_units(double seconds, string text) => Assert.Equal(text, Duration.FromSeconds(seconds).ToString());
}
