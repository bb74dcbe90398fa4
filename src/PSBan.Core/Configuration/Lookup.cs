using System.Diagnostics.CodeAnalysis;
using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>What looking for a value gave: the value, nothing (there is no such option), or the problem that stood in the way.</summary>
/// <param name="Text">The value.</param>
/// <param name="Problem">What stood in the way.</param>
internal sealed record Lookup(SourceText? Text, Problem? Problem)
{
    /// <summary>There is no such option.</summary>
    public static Lookup Missing { get; } = new(null, null);

    /// <summary>The value was found.</summary>
    [MemberNotNullWhen(true, nameof(Text))]
    public bool IsFound => Text is not null;

    /// <summary>The option is there and cannot be resolved.</summary>
    [MemberNotNullWhen(true, nameof(Problem))]
    public bool IsFailed => Problem is not null;

    /// <summary>Wraps a value.</summary>
    public static Lookup Found(SourceText text) => new(text, null);

    /// <summary>Wraps a problem.</summary>
    public static Lookup Failed(string code, string message, SourceLocation location) => new(null, new Problem(ProblemSeverity.Error, code, message, location));
}
