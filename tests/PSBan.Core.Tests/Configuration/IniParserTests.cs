using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Tests.Configuration;

public sealed class IniParserTests
{
    private const string File = "x.conf";

    [Theory]
    [InlineData("a = b", "b")]
    [InlineData("a=b", "b")]
    [InlineData("a : b", "b")]
    [InlineData("a: b = c", "b = c")]
    [InlineData("a = b : c", "b : c")]
    [InlineData("A = b", "b")]
    [InlineData("a =", "")]
    [InlineData("  a = b", "b")]
    [InlineData("a = 10#m", "10#m")]
    [InlineData("a = 10 # m", "10 # m")]
    [InlineData("a = 1d ; note", "1d")]
    [InlineData("a = 1d\t; note", "1d")]
    [InlineData("a = 1;d", "1;d")]
    [InlineData("a = 1;d ; note", "1;d")]
    [InlineData("a = one\n  two", "one\ntwo")]
    [InlineData("a =\n  one\n    two  ", "\none\ntwo")]
    [InlineData("a = one\n\n  two", "one\n\ntwo")]
    [InlineData("a = one\n   \n  two\n\n", "one\n\ntwo")]
    [InlineData("a = one\n# comment\n  two", "one\ntwo")]
    [InlineData("a = one\n  # comment\n  two", "one\ntwo")]
    [InlineData("a = one\n; comment\n  two", "one\ntwo")]
    [InlineData("a = one\n  b = two", "one\nb = two")]
    [InlineData("a = one\n  [two]", "one\n[two]")]
    [InlineData("  a = one\n    two\n  b = three", "one\ntwo")]
    [InlineData("a = one\r\n  two\r\n", "one\ntwo")]
    [InlineData("a = one\r  two", "one\ntwo")]
    public void A_value_is_read_as_fail2ban_reads_it(string text, string value)
    {
        IniFile file = IniParser.Parse(File, "[s]\n" + text);
        Assert.Empty(file.Problems);
        Assert.Equal(value, file.Section("s")!.Options["a"].Text);
    }

    [Theory]
    [InlineData("[s]", "s")]
    [InlineData("  [s]", "s")]
    [InlineData("[s] rest", "s")]
    [InlineData("[s] ; note", "s")]
    [InlineData("[a]b]", "a]b")]
    [InlineData("[S]", "S")]
    [InlineData("[ s ]", " s ")]
    [InlineData("[Init?family=inet6]", "Init?family=inet6")]
    public void A_header_is_what_stands_between_the_first_and_the_last_bracket(string text, string name) =>
        Assert.Equal(name, Assert.Single(IniParser.Parse(File, text).Sections).Name);

    [Fact]
    public void Every_line_of_a_value_knows_its_place()
    {
        SourceText value = IniParser.Parse(File, "[s]\n\na = one\n# comment\n  two\n\n  three").Section("s")!.Options["a"];
        Assert.Equal([("one", 3), ("two", 5), ("", 6), ("three", 7)], value.Lines().Select(line => (line.Value, line.Location.Line)));
        Assert.Equal(new SourceLocation(File, 3), value.Location);
    }

    [Theory]
    [InlineData("a = 1", 1, "There is no section header above this line, so the options here belong nowhere and are left out. Write [DEFAULT] or the name of a jail in brackets on a line of its own above them.")]
    [InlineData("[s]\na = 1\n\nb = 2\nA = 3", 5, "'a' is set twice in [s], here and in line 2; this one counts. Remove one of them (fail2ban refuses such a file).")]
    [InlineData("[s]\na = 1\n[t]\n[s]\nb = 2", 4, "Section [s] is opened a second time; it began in line 1. Put its options together under one header; for now both parts count, and of an option in both the later one.")]
    [InlineData("[s]\nfailregex = ^a\n^b", 3, "The line is neither 'name = value' nor a section header, and is left out. If it goes on with the value of 'failregex' above, indent it.")]
    [InlineData("[s]\nfailregex = ^a\n^b = <HOST>", 3, "The line begins an option named '^b', but looks like a pattern. If it goes on with the value of 'failregex' above, indent it.")]
    [InlineData("[s]\nnonsense", 2, "The line is neither 'name = value' nor a section header, and is left out.")]
    [InlineData("[s]\n= 1", 2, "An option needs a name in front of the sign; write 'name = value'.")]
    public void What_breaks_the_grammar_is_told_with_its_line(string text, int line, string message)
    {
        IniProblem problem = Assert.Single(IniParser.Parse(File, text).Problems);
        Assert.Equal((new SourceLocation(File, line), message), (problem.Problem.Location, problem.Problem.Message));
    }

    [Theory]
    [InlineData("action.d/nftables-common.local", "[Definition] or [Init]")]
    [InlineData("fail2ban.local", "[Definition]")]
    [InlineData("psban.conf", "[Definition]")]
    [InlineData("jail.local", "[DEFAULT] or the name of a jail in brackets")]
    public void Text_before_any_section_names_the_sections_of_such_a_file(string path, string sections)
    {
        IniFile file = IniParser.Parse(Path.Combine("etc", path), "protocol = tcp\nport = 1\n[Init]\nx = 1");
        Assert.Equal(
            $"There is no section header above this line, so the options here belong nowhere and are left out. Write {sections} on a line of its own above them.",
            Assert.Single(file.Problems).Problem.Message);
        Assert.Equal("1", file.Section("Init")!.Options["x"].Text);
    }

    [Fact]
    public void A_line_that_breaks_the_grammar_is_lost_with_its_continuation_and_nothing_else()
    {
        IniFile file = IniParser.Parse(File, "[s]\na = 1\njunk\n  = more junk\nb = 2\n  three");
        Assert.Equal([("a", "1"), ("b", "2\nthree")], file.Section("s")!.Options.Select(option => (option.Key, option.Value.Text)));
        Assert.Single(file.Problems);
    }

    [Fact]
    public void Of_an_option_written_twice_the_later_counts()
    {
        IniFile file = IniParser.Parse(File, "[s]\na = 1\na = 2");
        Assert.Equal("2", file.Section("s")!.Options["a"].Text);
    }

    [Fact]
    public void The_default_section_may_be_opened_again()
    {
        IniFile file = IniParser.Parse(File, "[DEFAULT]\na = 1\n[s]\n[DEFAULT]\nb = 2");
        Assert.Empty(file.Problems);
        Assert.Equal(["a", "b"], file.Section("DEFAULT")!.Options.Keys);
    }
}
