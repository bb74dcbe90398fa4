using PSBan.Configuration;

namespace PSBan.Matching.Patterns;

/// <summary>What a pattern's surroundings decide about it. Immutable.</summary>
public sealed record PatternOptions
{
    /// <summary>All defaults.</summary>
    internal static PatternOptions Default { get; } = new();

    /// <summary>Whether <c>&lt;HOST&gt;</c> may match a host name: with <see cref="UseDns.No"/> it matches addresses alone.</summary>
    /// <value>The default is <see cref="UseDns.Warn"/>.</value>
    public UseDns UseDns { get; init; }

    /// <summary>Whether <c>^</c> and <c>$</c> stand for the ends of every line; fail2ban does so for a <c>failregex</c> when <c>maxlines</c> is above 1.</summary>
    /// <value>The default is false: the ends of the text.</value>
    public bool Multiline { get; init; }

    /// <summary>How long .NET's backtracking engine may take for a text. Where the safe engine can take over, which is nearly always, it does so after 20 ms.</summary>
    /// <value>The default is 200 milliseconds.</value>
    public TimeSpan MatchTimeout { get; init; } = TimeSpan.FromMilliseconds(200);
}
