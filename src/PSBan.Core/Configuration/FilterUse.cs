using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>A filter with its parameters, ready to give its settings.</summary>
/// <param name="name">Its name.</param>
/// <param name="location">Where it is asked for.</param>
/// <param name="scope">Its options.</param>
/// <param name="known">Makes the options for <c>known/…</c>.</param>
internal sealed class FilterUse(string name, SourceLocation location, DefinitionScope scope, Func<DefinitionScope> known)
{
    private readonly Lazy<DefinitionScope> _known = new(known);
    private readonly DefinitionScope _scope = scope;

    /// <summary>The settings of a filter that a jail may give as well.</summary>
    public static IReadOnlyList<string> Settings { get; } = ["usedns", "prefregex", "ignoreregex", "failregex", "maxlines", "datepattern", "journalmatch"];

    /// <summary>Why the last value asked for with <see cref="Known"/> could not be resolved.</summary>
    public Problem? KnownProblem { get; private set; }

    /// <summary>Forgets <see cref="KnownProblem"/>.</summary>
    public void ForgetKnownProblem() => KnownProblem = null;

    /// <summary>A setting's value for <c>%(known/…)s</c> in a jail; null where there is none.</summary>
    public SourceText? Known(string option)
    {
        Lookup value = _known.Value.Get(option);
        KnownProblem = value.Problem;
        return value.Text?.Settled();
    }

    /// <summary>
    /// Puts the settings together with those that the jail gives. A value of the jail replaces one of <c>[Definition]</c>; beside a parameter or
    /// one of <c>[Init]</c> patterns add up, the jail's date pattern wins, and for the rest the filter's value wins.
    /// </summary>
    /// <param name="jailOptions">What the jail says, by name.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <returns>The settings; null where one of them is unusable.</returns>
    public FilterOptions? Build(IReadOnlyDictionary<string, SourceText> jailOptions, ProblemScope problems)
    {
        FilterOptions? options = FilterBuilder.Build(name, location, option => _scope.Get(option), _scope.IsStrong, jailOptions, problems);
        foreach (Problem warning in _scope.Warnings)
        {
            problems.Add(warning);
        }

        return options;
    }
}
