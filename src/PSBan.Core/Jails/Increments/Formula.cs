namespace PSBan.Jails.Increments;

/// <summary>The values that a formula may speak of.</summary>
/// <param name="Time">The jail's <c>bantime</c> in seconds: <c>ban.Time</c>.</param>
/// <param name="Count">How often the identifier has been banned before: <c>ban.Count</c>.</param>
/// <param name="Factor">The value of <c>bantime.factor</c>: <c>banFactor</c>.</param>
public readonly record struct FormulaValues(double Time, double Count, double Factor);

/// <summary>
/// An expression in the notation of Python, as <c>bantime.formula</c> and <c>bantime.factor</c> hold them: numbers, <c>ban.Time</c>, <c>ban.Count</c>,
/// <c>banFactor</c>, arithmetic, shifts, comparisons, <c>x if c else y</c>, and the functions of <c>math</c>. It can do nothing else.
/// </summary>
public sealed class Formula
{
    private const int MostCharacters = 1000;
    private readonly Func<FormulaValues, double> _evaluate;
    private readonly string _text;

    private Formula(string text, Func<FormulaValues, double> evaluate) => (_text, _evaluate) = (text, evaluate);

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <exception cref="FormulaException">It is none.</exception>
    public static Formula Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MostCharacters)
        {
            throw new FormulaException(text[..80] + "…", 80, $"The formula is longer than {MostCharacters} characters.");
        }

        return new Formula(text, new FormulaParser(text).Parse());
    }

    /// <summary>Works out the value; not a number where there is none (a division by zero, the root of a negative number).</summary>
    /// <param name="values">What the names stand for.</param>
    public double Evaluate(FormulaValues values) => _evaluate(values);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
