using System.Text;

namespace PSBan.Firewalls;

/// <summary>How an outside command ended.</summary>
/// <param name="Tool">The name of the tool, for messages.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it printed, as bytes.</param>
/// <param name="Error">The beginning of what it printed to its error stream.</param>
internal sealed record CommandResult(string Tool, int ExitCode, ReadOnlyMemory<byte> Output, string Error)
{
    /// <summary>Whether it ended well.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>What it printed, as text.</summary>
    public string Text => Encoding.UTF8.GetString(Output.Span);
}
