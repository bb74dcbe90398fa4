using System.Globalization;
using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Jails.Increments;

/// <summary>The <c>bantime.*</c> settings of a jail, read.</summary>
public sealed record IncrementOptions
{
    private const string Prefix = "bantime.";

    /// <summary>Whether repeated bans grow longer (<c>bantime.increment</c>).</summary>
    public bool IsOn { get; init; }

    /// <summary>Whether bans in all jails count, and not those of this one alone (<c>bantime.overalljails</c>).</summary>
    public bool IsOverAllJails { get; init; }

    /// <summary>What the length is multiplied by (<c>bantime.factor</c>).</summary>
    /// <value>The default is 1.</value>
    public double Factor { get; init; } = 1;

    /// <summary>How the length is worked out (<c>bantime.formula</c>); null for doubling.</summary>
    public Formula? Formula { get; init; }

    /// <summary>What <c>bantime</c> is multiplied by, by how many bans there were before (<c>bantime.multipliers</c>); beats the formula; empty for none.</summary>
    public IReadOnlyList<double> Multipliers { get; init; } = [];

    /// <summary>The longest ban, less the random part (<c>bantime.maxtime</c>); null for no limit.</summary>
    public Duration? MaxTime { get; init; }

    /// <summary>The most that is added at random (<c>bantime.rndtime</c>).</summary>
    public Duration RandomTime { get; init; }

    /// <summary>Reads the settings of a jail. Times and flags have been checked with the rest of the configuration.</summary>
    /// <param name="jail">The jail's settings.</param>
    /// <param name="problems">Takes what is wrong; an error only where increments are on.</param>
    public static IncrementOptions Read(JailOptions jail, ICollection<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(jail);
        ArgumentNullException.ThrowIfNull(problems);
        IReadOnlyDictionary<string, Located<string>> written = jail.BanTimeIncrement;
        bool isOn = IsTrue(Text("increment"));
        IncrementOptions options = new()
        {
            IsOn = isOn,
            IsOverAllJails = IsTrue(Text("overalljails")),
            Factor = ReadFormula("factor")?.Evaluate(default) ?? 1,
            Formula = ReadFormula("formula"),
            Multipliers = ReadMultipliers(),
            MaxTime = ReadTime("maxtime") is { IsPermanent: false } most ? most : null,
            RandomTime = ReadTime("rndtime") is { IsPermanent: false } random ? random : Duration.Zero,
        };
        if (!double.IsFinite(options.Factor))
        {
            Complain("factor", "InvalidFormula", $"'{Text("factor")}' is no number; write bantime.factor = 1.");
            options = options with { Factor = 1 };
        }

        if (options.Formula is not null && options.Multipliers.Count > 0)
        {
            problems.Add(new Problem(
                ProblemSeverity.Warning, "FormulaNotUsed", "bantime.multipliers and bantime.formula are both set; the multipliers are used.", written["formula"].Location, jail.Name));
        }

        return options;

        string? Text(string name) => written.TryGetValue(name, out Located<string>? text) ? text.Value.Trim() : null;

        Duration? ReadTime(string name) => Duration.TryParse(Text(name), out Duration time) ? time : null;

        Formula? ReadFormula(string name)
        {
            try
            {
                return Text(name) is { Length: > 0 } text ? Formula.Parse(text) : null;
            }
            catch (FormulaException e)
            {
                Complain(name, "InvalidFormula", e.Message);
                return null;
            }
        }

        List<double> ReadMultipliers()
        {
            List<double> multipliers = [];
            foreach (string word in (Text("multipliers") ?? string.Empty).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                if (double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double multiplier))
                {
                    multipliers.Add(multiplier);
                }
                else
                {
                    Complain("multipliers", "InvalidNumber", $"'{word}' is no multiplier; write numbers with blanks between them, such as bantime.multipliers = 1 2 4 8 16.");
                }
            }

            return multipliers;
        }

        void Complain(string name, string code, string message) =>
            problems.Add(new Problem(isOn ? ProblemSeverity.Error : ProblemSeverity.Warning, code, $"{Prefix}{name}: {message}", written[name].Location, jail.Name));
    }

    private static bool IsTrue(string? text) => text?.ToLowerInvariant() is "1" or "on" or "true" or "yes";
}
