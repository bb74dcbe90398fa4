using PSBan.Configuration;

namespace PSBan.Tests.Configuration;

/// <summary>The values are those of Python's shlex, which fail2ban uses.</summary>
public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("_SYSTEMD_UNIT=sshd.service + _COMM=sshd", "_SYSTEMD_UNIT=sshd.service|+|_COMM=sshd")]
    [InlineData("a 'b c' \"d e\"", "a|b c|d e")]
    [InlineData("a=\"b c\"d", "a=b cd")]
    [InlineData("a\\ b", "a b")]
    [InlineData("\"a\\\"b\" 'c\\d' \"e\\f\"", "a\"b|c\\d|e\\f")]
    [InlineData("''", "")]
    [InlineData("  ", null)]
    public void Words_are_split_as_in_a_shell(string line, string? words) =>
        Assert.Equal(words is null ? [] : words.Split('|'), ShellWords.Split(line));

    [Theory]
    [InlineData("'a")]
    [InlineData("a \"b")]
    [InlineData("a\\")]
    public void An_open_quote_is_no_line(string line) => Assert.Null(ShellWords.Split(line));
}
