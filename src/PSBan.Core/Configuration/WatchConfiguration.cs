using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>A whole configuration directory, read and validated. Immutable.</summary>
public sealed record WatchConfiguration
{
    /// <summary>The enabled jails that can run, in the order of the files.</summary>
    public required IReadOnlyList<JailOptions> Jails { get; init; }

    /// <summary>The names of all jails, disabled ones included.</summary>
    public required IReadOnlyList<string> JailNames { get; init; }

    /// <summary>
    /// Everything that is wrong or odd, in the order of the files. A jail that an error stops is not in <see cref="Jails"/>; an error that could be got
    /// round (an option written twice, a line that is left out) does not stop it.
    /// </summary>
    public required IReadOnlyList<Problem> Problems { get; init; }

    /// <summary>The settings of <c>psban.conf</c> (or, where there is none, <c>fail2ban.conf</c>), section Definition, by lower-case name.</summary>
    public required IReadOnlyDictionary<string, Located<string>> Settings { get; init; }

    /// <summary>Every file that was read, in order; a change to one of them is a reason to reload.</summary>
    public required IReadOnlyList<string> Files { get; init; }
}
