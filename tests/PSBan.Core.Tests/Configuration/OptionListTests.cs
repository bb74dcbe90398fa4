using PSBan.Configuration;

namespace PSBan.Tests.Configuration;

/// <summary>The values are what fail2ban's own splitting gives.</summary>
public sealed class OptionListTests
{
    [Theory]
    [InlineData("n[a=1,b=\"x, y\",c='z z']", "n", "a=1|b=x, y|c=z z")]
    [InlineData("n[]", "n", "")]
    [InlineData("n", "n", "")]
    [InlineData("n  ", "n", "")]
    [InlineData("n[a=1] ", "n", "a=1")]
    [InlineData("n[a=1][b=2]", "n", "a=1|b=2")]
    [InlineData("n[a=1]\n  [b=2]", "n", "a=1|b=2")]
    [InlineData("n[a=1,]", "n", "a=1")]
    [InlineData("n[ a=1,  b=2]", "n", "a=1|b=2")]
    [InlineData("n[a=1 b=2]", "n", "a=1 b=2")]
    [InlineData("n[a= x ]", "n", "a=x")]
    [InlineData("n[a=\" x \"]", "n", "a=x")]
    [InlineData("n[a=]", "n", "a=")]
    [InlineData("n[a=\"\"]", "n", "a=")]
    [InlineData("n[a=1,a=2]", "n", "a=2")]
    [InlineData("n[Mode=x,a.b-c_d=1]", "n", "Mode=x|a.b-c_d=1")]
    [InlineData("n[blocktype?family=inet6=\"DROP\"]", "n", "blocktype?family=inet6=DROP")]
    [InlineData("n[a=\"one\ntwo\"]", "n", "a=one\ntwo")]
    [InlineData("n[a='say \"x\"']", "n", "a=say \"x\"")]
    [InlineData("n[a=it's]", "n", "a=it's")]
    public void A_list_is_read(string text, string name, string options)
    {
        OptionList? list = OptionList.Parse(text, out string? error);
        Assert.Null(error);
        Assert.Equal((name, options), (list!.Name, string.Join('|', list.Options.Select(option => $"{option.Key}={option.Value}"))));
    }

    [Theory]
    [InlineData("n[a=\"x\"y]", "'y]' follows the value of 'a'; separate options with commas")]
    [InlineData("n[a=1,,b=2]", "'option=value' is expected at ',b=2]' (no blank in front of the equals sign)")]
    [InlineData("n[=x]", "'option=value' is expected at '=x]' (no blank in front of the equals sign)")]
    [InlineData("n[b = 2]", "'option=value' is expected at 'b = 2]' (no blank in front of the equals sign)")]
    [InlineData("n[x]", "'option=value' is expected at 'x]' (no blank in front of the equals sign)")]
    [InlineData("n[a=x]z", "'z' follows the closing bracket")]
    [InlineData("[a=1]", "there is no name in front of the bracket")]
    [InlineData("n[a=1", "the closing bracket is missing")]
    [InlineData("n[a=\"1]", "the quote that opens the value of 'a' is not closed")]
    public void A_malformed_list_says_what_is_wrong(string text, string error)
    {
        Assert.Null(OptionList.Parse(text, out string? told));
        Assert.Equal(error, told);
    }

    [Theory]
    [InlineData("a[x=1] b[y=\"2 3\"]", "a/x=1 b/y=2 3")]
    [InlineData("a b\n c", "a b c")]
    [InlineData("a [x=1]", "a/x=1")]
    [InlineData("a[x=1]\n  b[y='2\n3']\n\n", "a/x=1 b/y=2\n3")]
    [InlineData("a[x=1][y=2] b", "a/x=1,y=2 b")]
    [InlineData("", "")]
    public void Several_lists_are_split_at_blanks_outside_of_brackets(string text, string lists)
    {
        List<(string, int)> errors = [];
        IReadOnlyList<OptionList> read = OptionList.ParseMany(text, errors);
        Assert.Empty(errors);
        Assert.Equal(lists, string.Join(' ', read.Select(list => string.Join('/', new[] { list.Name, string.Join(',', list.Options.Select(option => $"{option.Key}={option.Value}")) }.Where(part => part.Length > 0)))));
    }

    [Fact]
    public void A_malformed_list_does_not_take_those_of_other_lines_down()
    {
        List<(string Error, int Index)> errors = [];
        IReadOnlyList<OptionList> read = OptionList.ParseMany("a\nb[x\nc[y=1]", errors);
        Assert.Equal(["a", "c"], read.Select(list => list.Name));
        Assert.Equal(2, Assert.Single(errors).Index);
    }
}
