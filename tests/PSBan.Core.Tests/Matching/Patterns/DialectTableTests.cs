using PSBan.Matching.Patterns;
using PSBan.Tests.Support;

namespace PSBan.Tests.Matching.Patterns;

/// <summary>
/// Where Python's dialect parts from .NET's, construct by construct, with the answer that Python gives: what is matched, nothing, or that the pattern is
/// refused. The table is held against Python itself where there is one.
/// </summary>
public sealed class DialectTableTests(DialectTableTests.Interpreter python) : IClassFixture<DialectTableTests.Interpreter>
{
    private const string Refused = "refused";
    private const string Nothing = "nothing";

    /// <summary>The construct, the pattern, a text, and what Python says.</summary>
    public static TheoryData<string, string, string, string> Table { get; } = new()
    {
        { "{,n}", "^a{,3}$", "aaa", "aaa" },
        { "{,n}", "^a{,3}$", "aaaa", Nothing },
        { "{,n}", "^a{,3}?b", "aab", "aab" },
        { "{,n}", "x{,}y", "xxy", "xxy" },
        { "{,n}", "a{,3", "a{,3", "a{,3" },
        { "{,n}", "a{ 1}", "a{ 1}", "a{ 1}" },
        { "{,n}", "a{-1}", "a{-1}", "a{-1}" },
        { "{n,m}", "(?:ab){2,1}", "abab", Refused },
        { "flags", "(?i)aB", "Ab", "Ab" },
        { "flags", "(?iu)\u00C9", "\u00E9", "\u00E9" },
        { "flags", "a(?i)b", "aB", Refused },
        { "flags", "(?i:a)b", "AB", Nothing },
        { "flags", "(?-i:a)b", "Ab", Nothing },
        { "flags", "(?s-i:a.)", "a\n", "a\n" },
        { "flags", "(?m:^b)", "a\nb", "b" },
        { "flags", "(?x: a b )c", "abc", "abc" },
        { "flags", "(?L)a", "a", Refused },
        { "flags", "(?au)a", "a", Refused },
        { "flags", "(?i", "a", Refused },
        { "named groups", "(?P<n>a)(?P=n)", "aa", "aa" },
        { "named groups", "(?P<n>a)|b(?P=n)", "ba", "a" },
        { "named groups", "(?P<n>)(?P=n)c", "c", "c" },
        { "named groups", "(?P<n>a)\\1", "aa", "aa" },
        { "named groups", "(?P<\u00FCser>a)", "a", "a" },
        { "named groups", "(?<n>a)", "a", Refused },
        { "named groups", "(?'n'a)", "a", Refused },
        { "named groups", @"(?P<n>a)\k<n>", "aa", Refused },
        { "named groups", "(?P=n)(?P<n>a)", "aa", Refused },
        { "named groups", "(?P>n)", "n", Refused },
        { "duplicate names", "(?P<n>a)|(?P<n>b)", "b", Refused },
        { "duplicate names", "(?P<n>a)(?P<N>b)", "ab", "ab" },
        { "conditions", "(?P<q>\")?a(?(q)\"|$)", "\"a\"", "\"a\"" },
        { "conditions", "^(?P<q>\")?a(?(q)\"|$)", "\"a", Nothing },
        { "conditions", "^(?P<q>\")?a(?(q)\"|$)", "a", "a" },
        { "conditions", "^(a)?b(?(1)c)$", "abc", "abc" },
        { "conditions", "^(a)?b(?(1)c)$", "b", "b" },
        { "conditions", "^(a)?b(?(1)c|)$", "bc", Nothing },
        { "conditions", "^(?:(a)|b)(?(1)1|2)$", "b2", "b2" },
        { "conditions", "(?(n)a|b)", "b", Refused },
        { "conditions", "(?(?=a)a|b)", "a", Refused },
        { "conditions", "(?(1)a|b)(c)", "bc", "bc" },
        { "$", "a$", "a\n", "a" },
        { "$", "a$", "a\n\n", Nothing },
        { "$", "a$", "a\r\n", Nothing },
        { "$", "a\\s*$", "a\r\n", "a\r\n" },
        { "$", "a\\Z", "a\n", Nothing },
        { "$", "a\\z", "a", Refused },
        { "$", "a$b", "a\nb", Nothing },
        { "$", "(?m)a$", "a\nb", "a" },
        { "$", "(?m)a$", "a\rb", Nothing },
        { "$", "a$\n", "a\n", "a\n" },
        { "^", "\\Aa", "a", "a" },
        { "^", "(?m)^$", "a\n", "" },
        { "^", "(?m)\\Ab", "a\nb", Nothing },
        { "classes", "[[]", "[", "[" },
        { "classes", "[^[]+", "[ab", "ab" },
        { "classes", "[][]+", "a[]", "[]" },
        { "classes", "[^]]", "]a", "a" },
        { "classes", "[a-z-[aeiou]]", "a]", "a]" },
        { "classes", "[a-z-[aeiou]]+", "x]", "x]" },
        { "classes", "[a&&b]+", "&&", "&&" },
        { "classes", "[[:alpha:]]+", "a:]", ":]" },
        { "classes", "[a\\]b]+", "]", "]" },
        { "classes", "[\\w.-]+", "a.-b", "a.-b" },
        { "classes", "[a-\\d]", "a", Refused },
        { "classes", "[]", "a", Refused },
        { "classes", @"[\b]", "\b", "\b" },
        { "classes", @"[\A]", "A", Refused },
        { "characters", @"\s", "\u001C", "\u001C" },
        { "characters", @"\s", "\u0085", "\u0085" },
        { "characters", @"\s", "\u200B", Nothing },
        { "characters", @"\w", "\u203F", Nothing },
        { "characters", @"\w", "\u0301", Nothing },
        { "characters", @"\d", "\u0663", "\u0663" },
        { "characters", ".", "\r", "\r" },
        { "characters", ".", "\u2028", "\u2028" },
        { "characters", ".", "\n", Nothing },
        { "characters", "^.$", "\U0001F600", "\U0001F600" },
        { "characters", @"\e", "\u001B", Refused },
        { "characters", @"\p{L}", "a", Refused },
        { "characters", @"\x{41}", "A", Refused },
        { "characters", @"\cA", "\u0001", Refused },
        { "characters", @"\h", "a", Refused },
        { "characters", @"\-\ \#\/\@\%", "- #/@%", "- #/@%" },
        { "atomic", "a++a", "aaa", Nothing },
        { "atomic", "(?>a|ab)c", "abc", Nothing },
        { "atomic", "a{1,2}+a", "aa", Nothing },
        { "comments", "a(?#x)b", "ab", "ab" },
        { "look-behind", "(?<=ab|c)d", "abd", Refused },
        { "look-behind", "(?<=ab|cd)e", "cde", "e" },
        { "look-behind", "(?<!a)b", "ab", Nothing },
        { "back-references", @"(a)\01", "a\u0001", "a\u0001" },
        { "back-references", @"\8", "8", Refused },
    };

    /// <summary>A flag at the start of a group in mid-pattern, which Python refuses by now, and what fail2ban makes of it before it asks Python.</summary>
    public static TheoryData<string, string, string> Rewritten { get; } = new()
    {
        { "((?i)abc)d", "(?i:abc)d", "ABCd" },
        { "(?:(?i)abc)d", "(?i:abc)d", "ABCd" },
        { "a(?:(?i)b)|((?s)c.)", "a(?i:b)|(?s:c.)", "c\n" },
        { "((?im)^a|b)$", "(?im:^a|b)$", "x\nA" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void The_answer_is_Python_s(string construct, string pattern, string text, string answer)
    {
        Assert.NotEmpty(construct);
        Assert.Equal(answer, Ours(pattern, text));
    }

    [RequiresTheory("python3")]
    [MemberData(nameof(Table))]
    public void The_table_is_right(string construct, string pattern, string text, string answer)
    {
        Assert.NotEmpty(construct);
        PythonRe.Reply reply = python.Re.Search(pattern, multiline: false, text);
        Assert.Equal(answer, reply.Error is not null ? Refused : reply.Found![0] is { } found ? text[found.Span[0]..found.Span[1]] : Nothing);
    }

    [Theory]
    [MemberData(nameof(Rewritten))]
    public void A_flag_at_the_start_of_a_group_holds_for_the_group_which_captures_no_longer(string pattern, string same, string text)
    {
        Assert.Equal(Ours(same, text), Ours(pattern, text));
        Assert.Empty(Pattern.Compile(pattern).GroupNames);
        Assert.Throws<PatternException>(() => Pattern.Compile(pattern + @"\1"));
    }

    private static string Ours(string pattern, string text)
    {
        try
        {
            return Pattern.Compile(pattern).TryMatch(text, out PatternMatch match) ? match.Value : Nothing;
        }
        catch (PatternException)
        {
            return Refused;
        }
    }

    /// <summary>Python, started where a test asks for it.</summary>
    public sealed class Interpreter : IDisposable
    {
        private readonly Lazy<PythonRe> _re = new(() => new PythonRe());

        public PythonRe Re => _re.Value;

        public void Dispose()
        {
            if (_re.IsValueCreated)
            {
                _re.Value.Dispose();
            }
        }
    }
}
