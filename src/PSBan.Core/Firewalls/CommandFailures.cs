namespace PSBan.Firewalls;

/// <summary>Turns a tool's refusal into an exception that names the kind of trouble and the way out.</summary>
internal static class CommandFailures
{
    private const string AccessRemedy =
        "Run as root, or give the process CAP_NET_ADMIN: AmbientCapabilities=CAP_NET_ADMIN in a systemd unit, --cap-add NET_ADMIN for a container.";

    // Enough for the complaint and the beginning of the command; nft repeats a command of any length.
    private const int LineLimit = 240;

    private static readonly string[] s_accessWords = ["Operation not permitted", "Permission denied"];

    private static readonly string[] s_kernelWords =
        ["cache initialization failed", "Protocol not supported", "Address family not supported", "do you need to insmod", "initialize nft", "Cannot open session to kernel"];

    /// <summary>What to do about a missing tool.</summary>
    /// <param name="tool">The name of the tool.</param>
    public static string Remedy(string tool) => tool switch
    {
        "nft" => "install the package nftables, or choose another firewall (iptables).",
        "netsh" => "it belongs to Windows.",
        "ipset" => "install the package ipset, or choose another firewall (nft).",
        _ when tool.StartsWith("ip6tables", StringComparison.Ordinal) || tool.StartsWith("iptables", StringComparison.Ordinal) => "install the package iptables, or choose another firewall (nft).",
        _ => "install it.",
    };

    /// <summary>The exception for a command that ended badly.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="purpose">What it was meant to do, as in <c>set up the rules</c>.</param>
    public static FirewallException ToException(CommandResult result, string purpose)
    {
        string words = Words(result);
        if (ContainsAny(result.Error, s_accessWords))
        {
            return new(FirewallFailure.AccessDenied, $"{result.Tool} may not {purpose}: {words} {AccessRemedy}");
        }

        return ContainsAny(result.Error, s_kernelWords)
            ? new(FirewallFailure.Unavailable, $"{result.Tool} does not work with this kernel: {words}")
            : new(FirewallFailure.CommandFailed, $"{result.Tool} could not {purpose}: {words}");
    }

    /// <summary>The tool's own words, cut to what a message can hold; a sentence with a full stop.</summary>
    /// <param name="result">How it ended.</param>
    public static string Words(CommandResult result)
    {
        IEnumerable<string> lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line.Trim('^', '~', ' ').Length > 0)
            .Select(line => line.Length <= LineLimit ? line : line[..LineLimit] + " …");
        string words = string.Join("; ", lines.Take(2));
        return words.Length > 0 ? words.TrimEnd('.') + "." : $"it ended with exit code {result.ExitCode} and without a word.";
    }

    private static bool ContainsAny(string text, string[] words) => words.Any(word => text.Contains(word, StringComparison.Ordinal));
}
