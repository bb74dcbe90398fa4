using PSBan.Model;

namespace PSBan.Watch;

/// <summary>A configuration beside the jails that run: what it would change.</summary>
/// <param name="Next">The configuration.</param>
/// <param name="Jails">All jails as they would be: those that do not change with the settings that they have now.</param>
/// <param name="Result">What would change, in words.</param>
internal sealed record ReloadDraft(WatchPlan Next, IReadOnlyList<JailPlan> Jails, ReloadResult Result)
{
    /// <summary>Compares.</summary>
    /// <param name="running">The settings in force.</param>
    /// <param name="next">The configuration.</param>
    public static ReloadDraft Of(IReadOnlyList<JailPlan> running, WatchPlan next)
    {
        Dictionary<string, JailPlan> before = running.ToDictionary(jail => jail.Options.Name, StringComparer.Ordinal);
        List<JailPlan> jails = [];
        List<string> added = [], changed = [], unchanged = [];
        foreach (JailPlan jail in next.Jails)
        {
            JailPlan? now = before.GetValueOrDefault(jail.Options.Name);
            bool isSame = now?.Text == jail.Text;
            (now is null ? added : isSame ? unchanged : changed).Add(jail.Options.Name);
            jails.Add(isSame ? now! : jail);
        }

        return new ReloadDraft(next, jails, new ReloadResult
        {
            Added = added,
            Changed = changed,
            Removed = [.. before.Keys.Except(jails.Select(jail => jail.Options.Name), StringComparer.Ordinal)],
            Unchanged = unchanged,
            Problems = next.Problems,
        });
    }

    /// <summary>Why this configuration is not to be put in force; null where it may be.</summary>
    /// <param name="options">What the watch was started with: errors in jails that it is not to run do not matter.</param>
    public string? FindRefusal(WatchOptions options)
    {
        Problem[] errors = [.. Next.Problems.Where(problem => problem.Severity == ProblemSeverity.Error && (problem.Jail is null || WatchPlan.IsChosen(problem.Jail, options)))];
        return errors switch
        {
            [] => Jails.Count == 0 ? "it leaves no jail that could run (Stop-BanWatch ends the watch)" : null,
            [var one] => FirstLine(one),
            [var first, ..] => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{errors.Length} errors, the first: {FirstLine(first)}"),
        };
    }

    // A pattern's message shows the pattern below.
    private static string FirstLine(Problem problem) => problem.ToString().Split('\n')[0];
}
