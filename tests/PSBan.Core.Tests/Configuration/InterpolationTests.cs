using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Tests.Configuration;

public sealed class InterpolationTests
{
    private const string Table = """
        [DEFAULT]
        d = default
        n = %(d)s
        dd = %(default/d)s
        loop = %(loop)s
        kk = %(known/kk)s
        [s]
        own = mine
        D = upper
        lines = one
          two
        r1 = %(r2)s
        r2 = %(r3)s
        r3 = %(r4)s
        r4 = %(r5)s
        r5 = %(r6)s
        r6 = %(r7)s
        r7 = %(r8)s
        r8 = %(r9)s
        r9 = %(r10)s
        r10 = %(r11)s
        r11 = end
        [o-2]
        own = other
        name = %(__name__)s
        """;

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("%(own)s", "mine")]
    [InlineData("%(OWN)s", "mine")]
    [InlineData("<%(n)s>", "<upper>")]
    [InlineData("%(dd)s", "default")]
    [InlineData("%(default/d)s", "default")]
    [InlineData("%(o-2/own)s", "other")]
    [InlineData("%(o-2/name)s", "s")]
    [InlineData("%(o-2/d)s", "default")]
    [InlineData("%(known/d)s", "default")]
    [InlineData("100%%", "100%")]
    [InlineData("%%(own)s", "%(own)s")]
    [InlineData("%(__name__)s", "s")]
    [InlineData("a %(lines)s b", "a one\ntwo b")]
    [InlineData("%(r2)s", "end")]
    public void A_value_is_resolved_in_its_section(string text, string value)
    {
        Lookup lookup = Expand(text);
        Assert.Null(lookup.Problem);
        Assert.Equal(value, lookup.Text!.Text);
    }

    [Theory]
    [InlineData("%(onw)s", "The value of 'x' in [s] cannot be resolved: %(onw)s names an option that neither [s] nor [DEFAULT] has. Did you mean 'own'? Define it, or write '%%' for a percent sign.")]
    [InlineData("%(nowhere)s", "The value of 'x' in [s] cannot be resolved: %(nowhere)s names an option that neither [s] nor [DEFAULT] has. Define it, or write '%%' for a percent sign.")]
    [InlineData("%(no/own)s", "The value of 'x' in [s] cannot be resolved: %(no/own)s names a section or an option that does not exist. Define it, or write '%%' for a percent sign.")]
    [InlineData("100%", "The value of 'x' in [s] cannot be resolved: a percent sign stands alone; write '%%' for a percent sign, or %(name)s for the value of another option.")]
    [InlineData("%d", "The value of 'x' in [s] cannot be resolved: a percent sign stands alone; write '%%' for a percent sign, or %(name)s for the value of another option.")]
    [InlineData("%(own", "The value of 'x' in [s] cannot be resolved: '%(own' begins a reference that is not complete; a reference is written %(name)s.")]
    [InlineData("%(own)", "The value of 'x' in [s] cannot be resolved: '%(own)' begins a reference that is not complete; a reference is written %(name)s.")]
    [InlineData("%(loop)s", "The value of 'x' in [s] cannot be resolved: %(loop)s leads back to itself, or is nested more than 10 deep (known/… remembers one earlier value only).")]
    [InlineData("%(kk)s", "The value of 'x' in [s] cannot be resolved: %(known/kk)s leads back to itself, or is nested more than 10 deep (known/… remembers one earlier value only).")]
    [InlineData("%(r1)s", "The value of 'x' in [s] cannot be resolved: %(r10)s leads back to itself, or is nested more than 10 deep (known/… remembers one earlier value only).")]
    public void What_cannot_be_resolved_is_told_in_words(string text, string message)
    {
        Lookup lookup = Expand(text);
        Assert.Equal(message, lookup.Problem!.Message);
        Assert.Equal(ProblemCodes.InvalidInterpolation, lookup.Problem.Code);
    }

    [Fact]
    public void The_place_of_a_line_is_where_its_text_is_written()
    {
        var merged = new MergedConfiguration();
        merged.Merge(IniParser.Parse("f", "[s]\na = one\n  two\nb = %(a)s\n  x%(a)s\n  three %(c)s\nc = c"));
        SourceText b = new Interpolator(merged).Get("s", "b").Text!;
        Assert.Equal([("one", 2), ("two", 3), ("xone", 5), ("two", 3), ("three c", 6)], b.Lines().Select(line => (line.Value, line.Location.Line)));
    }

    private static Lookup Expand(string text)
    {
        var merged = new MergedConfiguration();
        IniFile file = IniParser.Parse("f", Table.ReplaceLineEndings("\n"));
        Assert.Empty(file.Problems);
        merged.Merge(file);
        return new Interpolator(merged).Expand(new SourceText(text, new SourceLocation("f", 1)), "s", "x");
    }
}
