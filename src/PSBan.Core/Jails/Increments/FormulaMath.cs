using System.Globalization;

namespace PSBan.Jails.Increments;

/// <summary>A function that a formula may call.</summary>
/// <param name="Least">The fewest arguments it takes.</param>
/// <param name="Most">The most arguments it takes.</param>
/// <param name="Apply">What it does.</param>
internal sealed record FormulaFunction(int Least, int Most, Func<double[], double> Apply)
{
    /// <summary>How many arguments it takes, in words.</summary>
    public string Arity =>
        Most == int.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"at least {Least} arguments")
        : Least == Most ? string.Create(CultureInfo.InvariantCulture, $"{Least} argument{(Least == 1 ? "" : "s")}")
        : string.Create(CultureInfo.InvariantCulture, $"{Least} to {Most} arguments");
}

/// <summary>The operators, functions and constants of formulas, with Python's meaning.</summary>
internal static class FormulaMath
{
    /// <summary>The operators with two operands.</summary>
    public static readonly IReadOnlyDictionary<string, Func<double, double, double>> Operators = new Dictionary<string, Func<double, double, double>>(StringComparer.Ordinal)
    {
        ["+"] = (left, right) => left + right,
        ["-"] = (left, right) => left - right,
        ["*"] = (left, right) => left * right,
        ["/"] = (left, right) => right == 0 ? double.NaN : left / right,
        ["//"] = (left, right) => right == 0 ? double.NaN : Math.Floor(left / right),

        // The remainder has the sign of the divisor.
        ["%"] = (left, right) => right == 0 ? double.NaN : left - (right * Math.Floor(left / right)),
        ["<<"] = (left, right) => right is < 0 or > 4096 ? double.NaN : Math.ScaleB(Whole(left), (int)Whole(right)),
        [">>"] = (left, right) => right is < 0 or > 4096 ? double.NaN : Math.Floor(Math.ScaleB(Whole(left), -(int)Whole(right))),
        ["&"] = (left, right) => Bits(left, right, (a, b) => a & b),
        ["|"] = (left, right) => Bits(left, right, (a, b) => a | b),
        ["^"] = (left, right) => Bits(left, right, (a, b) => a ^ b),
    };

    /// <summary>The names that stand for a number.</summary>
    public static readonly IReadOnlyDictionary<string, double> Constants = new Dictionary<string, double>(StringComparer.Ordinal)
    {
        ["math.pi"] = Math.PI,
        ["math.e"] = Math.E,
        ["math.tau"] = Math.Tau,
        ["math.inf"] = double.PositiveInfinity,
        ["True"] = 1,
        ["False"] = 0,
    };

    /// <summary>The functions.</summary>
    public static readonly IReadOnlyDictionary<string, FormulaFunction> Functions = new Dictionary<string, FormulaFunction>(StringComparer.Ordinal)
    {
        ["float"] = One(value => value),
        ["int"] = One(Math.Truncate),
        ["abs"] = One(Math.Abs),
        ["round"] = new(1, 2, all => Math.Round(all[0], all.Length > 1 ? (int)Math.Clamp(all[1], 0, 15) : 0, MidpointRounding.ToEven)),
        ["pow"] = Two(Math.Pow),
        ["min"] = new(2, int.MaxValue, all => all.Min()),
        ["max"] = new(2, int.MaxValue, all => all.Max()),
        ["math.exp"] = One(Math.Exp),
        ["math.expm1"] = One(value => Math.Exp(value) - 1),
        ["math.log"] = new(1, 2, all => all.Length > 1 ? Math.Log(all[0]) / Math.Log(all[1]) : Math.Log(all[0])),
        ["math.log1p"] = One(value => Math.Log(1 + value)),
        ["math.log2"] = One(Math.Log2),
        ["math.log10"] = One(Math.Log10),
        ["math.pow"] = Two(Math.Pow),
        ["math.sqrt"] = One(Math.Sqrt),
        ["math.floor"] = One(Math.Floor),
        ["math.ceil"] = One(Math.Ceiling),
        ["math.trunc"] = One(Math.Truncate),
        ["math.fabs"] = One(Math.Abs),
        ["math.fmod"] = Two((left, right) => right == 0 ? double.NaN : left % right),
        ["math.ldexp"] = Two((value, power) => Math.ScaleB(value, (int)Math.Clamp(power, -4096, 4096))),
        ["math.factorial"] = One(Factorial),
        ["math.sin"] = One(Math.Sin),
        ["math.cos"] = One(Math.Cos),
        ["math.tan"] = One(Math.Tan),
        ["math.atan"] = One(Math.Atan),
        ["math.tanh"] = One(Math.Tanh),
    };

    /// <summary>Everything that can be named, for messages.</summary>
    public static IEnumerable<string> Names => Functions.Keys.Concat(Constants.Keys);

    /// <summary>A whole number; not a number where it is none.</summary>
    public static double Whole(double value) => Math.Floor(value) == value ? value : double.NaN;

    private static FormulaFunction One(Func<double, double> apply) => new(1, 1, all => apply(all[0]));

    private static FormulaFunction Two(Func<double, double, double> apply) => new(2, 2, all => apply(all[0], all[1]));

    private static double Bits(double left, double right, Func<long, long, long> apply) =>
        Math.Abs(left) < long.MaxValue && Math.Abs(right) < long.MaxValue && !double.IsNaN(Whole(left) + Whole(right)) ? apply((long)left, (long)right) : double.NaN;

    private static double Factorial(double value)
    {
        if (double.IsNaN(Whole(value)) || value is < 0 or > 170)
        {
            return double.NaN;
        }

        double product = 1;
        for (int i = 2; i <= value; i++)
        {
            product *= i;
        }

        return product;
    }
}
