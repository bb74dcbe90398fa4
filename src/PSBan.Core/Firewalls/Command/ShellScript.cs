using PSBan.Model;

namespace PSBan.Firewalls.Command;

/// <summary>What the shell is to run. Nothing a stranger wrote is part of the text: that arrives as positional arguments.</summary>
/// <param name="Text">The script.</param>
/// <param name="Arguments">The values of <c>$1</c>, <c>$2</c>, …</param>
internal sealed record ShellScript(string Text, IReadOnlyList<string> Arguments)
{
    /// <summary>Whether there is nothing to run.</summary>
    public bool IsBlank => string.IsNullOrWhiteSpace(Text);

    // What a message can hold.
    private const int MaxShown = 500;

    /// <summary>What people are shown.</summary>
    public override string ToString() =>
        VisibleText.Of(string.Join(' ', [Text.Trim().ReplaceLineEndings(" ⏎ "), .. Arguments.Select((value, index) => $"(${index + 1} = '{Cut(value)}')")]));

    private static string Cut(string value) => value.Length <= MaxShown ? value : value[..MaxShown] + " …";
}
