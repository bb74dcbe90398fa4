namespace PSBan.Model;

/// <summary>What came of reading the configuration again.</summary>
public sealed record ReloadResult
{
    /// <summary>Whether the configuration is in force now. It is not where it was refused, and where one only asked what would change.</summary>
    public bool IsApplied { get; init; }

    /// <summary>Why the configuration was refused, so that the one before goes on; null where it was not.</summary>
    public string? Refusal { get; init; }

    /// <summary>The jails that are new.</summary>
    public IReadOnlyList<string> Added { get; init; } = [];

    /// <summary>The jails whose settings have changed. They keep their counters, their bans and their places in the logs.</summary>
    public IReadOnlyList<string> Changed { get; init; } = [];

    /// <summary>The jails that are gone; their bans were lifted.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>The jails that nothing has happened to.</summary>
    public IReadOnlyList<string> Unchanged { get; init; } = [];

    /// <summary>What was found wrong in the configuration.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>Whether any jail is new, changed or gone.</summary>
    public bool HasChanges => Added.Count + Changed.Count + Removed.Count > 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        string changes = string.Join("; ", new[] { Say("added", Added), Say("changed", Changed), Say("removed", Removed) }.OfType<string>());
        string rest = Unchanged.Count switch { 0 => string.Empty, 1 => "1 jail unchanged", var count => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count} jails unchanged") };
        return string.Join("; ", new[] { changes, rest }.Where(part => part.Length > 0));
    }

    private static string? Say(string word, IReadOnlyList<string> jails) => jails.Count == 0 ? null : $"{word} {string.Join(", ", jails)}";
}
