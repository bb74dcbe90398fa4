using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>One <c>action</c> of a jail: the name, the parameters written in brackets, and what its file says.</summary>
public sealed record ActionOptions
{
    /// <summary>The file or back end named, such as <c>nftables</c> or <c>iptables-multiport</c>.</summary>
    public required string File { get; init; }

    /// <summary>The name of this use (<c>actname</c>), unique within the jail.</summary>
    public required string Name { get; init; }

    /// <summary>The parameters written in brackets, by name, <c>name=…</c> included where it was written.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty;

    /// <summary>Hooks and properties of the action's file after substitution; empty where there is no file (a native back end).</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty;

    /// <summary>Where the action is written in the jail.</summary>
    public SourceLocation Location { get; init; }
}
