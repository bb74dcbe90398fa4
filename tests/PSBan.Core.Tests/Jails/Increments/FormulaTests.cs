using PSBan.Jails.Increments;

namespace PSBan.Tests.Jails.Increments;

public sealed class FormulaTests
{
    // The values are Python's.
    [Theory]
    [InlineData("1", 1)]
    [InlineData(" 1.5e2 ", 150)]
    [InlineData(".5", 0.5)]
    [InlineData("2 + 3 * 4", 14)]
    [InlineData("(2 + 3) * 4", 20)]
    [InlineData("7 // 2", 3)]
    [InlineData("-7 // 2", -4)]
    [InlineData("-7 % 3", 2)]
    [InlineData("7 % -3", -2)]
    [InlineData("7 / 2", 3.5)]
    [InlineData("2 ** 3 ** 2", 512)]
    [InlineData("-2 ** 2", -4)]
    [InlineData("2 ** -1", 0.5)]
    [InlineData("1 << 4 + 1", 32)]
    [InlineData("100 >> 3", 12)]
    [InlineData("6 & 3 | 8 ^ 1", 11)]
    [InlineData("~5", -6)]
    [InlineData("-~5", 6)]
    [InlineData("not 0", 1)]
    [InlineData("not not 5", 1)]
    [InlineData("1 < 2 < 3", 1)]
    [InlineData("1 < 3 < 2", 0)]
    [InlineData("0 or 7", 7)]
    [InlineData("5 and 7", 7)]
    [InlineData("1 if 0 else 2 if 0 else 3", 3)]
    [InlineData("ban.Time * ban.Count * banFactor", 12000)]
    [InlineData("max(1, 5, 3) + min(4, 2)", 7)]
    [InlineData("float(ban.Count+1)", 11)]
    [InlineData("int(2.9) + round(2.5) + abs(-1)", 5)]
    [InlineData("math.log(math.e) + math.sqrt(16) + math.pow(2, 3)", 13)]
    [InlineData("math.log(8, 2)", 3)]
    [InlineData("ban.Time*(1<<(ban.Count if ban.Count<20 else 20))*banFactor", 1228800)]
    [InlineData("True + False", 1)]
    public void Value_is_pythons(string formula, double value) =>
        Assert.Equal(value, Formula.Parse(formula).Evaluate(new FormulaValues(600, 10, 2)), 9);

    [Theory]
    [InlineData("1 / 0")]
    [InlineData("1 // 0")]
    [InlineData("1 % 0")]
    [InlineData("1.5 << 2")]
    [InlineData("1 << -1")]
    [InlineData("math.sqrt(-1)")]
    public void What_has_no_value_is_not_a_number(string formula) => Assert.Equal(double.NaN, Formula.Parse(formula).Evaluate(default));

    [Theory]
    [InlineData("1 +", 3, "Found the end where a number, a name or '(' was expected.")]
    [InlineData("(1", 2, "Found the end where ')' was expected.")]
    [InlineData("1 2", 2, "Found '2' where an operator or the end was expected.")]
    [InlineData("1 if 2", 6, "Found the end where 'else' was expected.")]
    [InlineData("open('x')", 0, "'open' is not known here;")]
    [InlineData("ban.Times", 0, "'ban.Times' is not known here;")]
    [InlineData("math.exp()", 0, "'math.exp' takes 1 argument, not 0.")]
    [InlineData("max(1)", 0, "'max' takes at least 2 arguments, not 1.")]
    public void Wrong_formula_says_where_and_what(string formula, int position, string message)
    {
        FormulaException e = Assert.Throws<FormulaException>(() => Formula.Parse(formula));
        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(position, e.Position);
        Assert.EndsWith($"\n    {formula}\n    {new string(' ', position)}^", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_and_not_run_into()
    {
        Assert.Throws<FormulaException>(() => Formula.Parse(new string('(', 400) + "1" + new string(')', 400)));
        Assert.Throws<FormulaException>(() => Formula.Parse(new string('-', 100_000) + "1"));
    }
}
