using System.Globalization;
using System.Text.RegularExpressions;

namespace PSBan.Firewalls.Iptables;

/// <summary>The filter table of one family, read and changed as a whole: <c>iptables-save</c> and <c>iptables-restore</c>.</summary>
/// <param name="runner">Runs the tools.</param>
/// <param name="isIPv6">Whether this is ip6tables.</param>
/// <param name="flavour">What the tools' names end with where one flavour is meant: <c>-legacy</c>, <c>-nft</c>.</param>
internal sealed partial class IptablesTool(CommandRunner runner, bool isIPv6, string flavour = "")
{
    // Another program may hold the lock for as long as it takes to read a large set of rules.
    private static readonly string[] s_restore = ["--noflush", "-w", "30"];
    private static readonly string[] s_test = ["--noflush", "--test", "-w", "30"];
    private static readonly string[] s_save = ["-t", "filter"];

    private readonly string _tool = (isIPv6 ? "ip6tables" : "iptables") + flavour;

    /// <summary>Reads the whole table.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task<IptablesListing> ReadAsync(CancellationToken cancelToken)
    {
        CommandResult result = await runner.RunAsync(_tool + "-save", s_save, null, cancelToken).ConfigureAwait(false);
        return result.Succeeded ? IptablesListing.Parse(result.Text) : throw CommandFailures.ToException(result, "list the rules");
    }

    /// <summary>Finds out, without changing anything, whether the tool, the right and the kernel's part are there.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    public Task ProbeAsync(CancellationToken cancelToken) => RestoreAsync(s_test, IptablesScript.Probe, "change the packet filter", cancelToken);

    /// <summary>Applies a script, as a whole or not at all.</summary>
    /// <param name="script">The script.</param>
    /// <param name="purpose">What it is meant to do, as in <c>set up the rules</c>.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public Task RestoreAsync(string script, string purpose, CancellationToken cancelToken) => RestoreAsync(s_restore, script, purpose, cancelToken);

    /// <inheritdoc/>
    public override string ToString() => _tool;

    private async Task RestoreAsync(string[] arguments, string script, string purpose, CancellationToken cancelToken)
    {
        CommandResult result = await runner.RunAsync(_tool + "-restore", arguments, script, cancelToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw CommandFailures.ToException(result with { Error = result.Error + FailedLine(result.Error, script) }, purpose);
        }
    }

    // Both tools say no more than "line 3 failed" of what the kernel refused. (Their "error occurred at line" counts differently.)
    private static string FailedLine(string error, string script) =>
        LineFailed().Match(error) is { Success: true } match
            && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && script.Split('\n').ElementAtOrDefault(number - 1) is { } line
            ? $"\n{line}" : "";

    [GeneratedRegex("line ([0-9]{1,9}) failed", RegexOptions.CultureInvariant)]
    private static partial Regex LineFailed();
}
