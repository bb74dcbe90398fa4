using PSBan.Configuration;

namespace PSBan.Matching.Patterns;

/// <summary>What a pattern's surroundings decide about it. Immutable.</summary>
public sealed record PatternOptions
{
    /// <summary>Whether <c>&lt;HOST&gt;</c> may match a host name: with <see cref="UseDns.No"/> it matches addresses alone.</summary>
    /// <value>The default is <see cref="UseDns.Warn"/>.</value>
    public UseDns UseDns { get; init; }

    /// <summary>Whether <c>^</c> and <c>$</c> stand for the ends of every line; fail2ban does so for a <c>failregex</c> when <c>maxlines</c> is above 1.</summary>
    /// <value>The default is false: the ends of the text.</value>
    public bool Multiline { get; init; }

    /// <summary>How long a match may take in the engine that can blow up, before the safe engine takes over or, where there is none, the text is given up.</summary>
    /// <value>The default is 200 milliseconds.</value>
    public TimeSpan MatchTimeout { get; init; } = TimeSpan.FromMilliseconds(200);
}
