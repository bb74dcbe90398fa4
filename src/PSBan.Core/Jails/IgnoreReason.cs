using PSBan.Model;

namespace PSBan.Jails;

/// <summary>What kind of rule spares an identifier.</summary>
public enum IgnoreKind
{
    /// <summary>It is one of the host's own addresses (<c>ignoreself</c>).</summary>
    Self,

    /// <summary>An address or prefix of <c>ignoreip</c>.</summary>
    Address,

    /// <summary>A host name of <c>ignoreip</c> resolves to it.</summary>
    HostName,

    /// <summary>It stands in a file that <c>ignoreip</c> names.</summary>
    File,

    /// <summary>The command of <c>ignorecommand</c> said so; told by the caller, never by a jail.</summary>
    Command,

    /// <summary>It is text of more than <see cref="JailLimits.IdLength"/> characters, which no action could use.</summary>
    TooLong,
}

/// <summary>Why an identifier is not counted.</summary>
/// <param name="Kind">The kind of rule.</param>
/// <param name="Rule">The entry that spared it, as written; empty where the kind says all.</param>
/// <param name="Location">Where the entry is written.</param>
public readonly record struct IgnoreReason(IgnoreKind Kind, string Rule, SourceLocation Location = default)
{
    /// <summary>Prints the rule in the words of fail2ban's log (<c>ignoreself rule</c>, <c>ip</c>, <c>dns</c>, <c>file:…</c>, <c>command</c>).</summary>
    public override string ToString() => Kind switch
    {
        IgnoreKind.Self => "ignoreself rule",
        IgnoreKind.Address => "ip",
        IgnoreKind.HostName => "dns",
        IgnoreKind.File => Rule,
        IgnoreKind.Command => "command",
        _ => "length",
    };
}
