using System.Globalization;
using PSBan.Configuration;
using PSBan.Firewalls.Nft;
using PSBan.Model;

namespace PSBan.Firewalls;

/// <summary>Reads the parameters that fail2ban's packet filter actions take; what the brackets do not say, the action's file may.</summary>
/// <param name="jail">The name of the jail.</param>
/// <param name="action">The action.</param>
/// <param name="problems">Takes what is wrong.</param>
internal sealed class ActionParameters(string jail, ActionOptions action, ICollection<Problem> problems)
{
    // Windows 11 is said to take so many, older ones fewer.
    private const int MostInChunk = 10_000;

    private static readonly char[] s_separators = [',', ' ', '\t', '\r', '\n'];

    /// <summary>Whether a parameter cannot be used.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>The name of the rule: the jail, and behind it the <c>name</c> where that says something else.</summary>
    public string Name()
    {
        string name = action.Parameters.TryGetValue("name", out string? written) && !IsUnresolved(written) ? written.Trim() : jail;
        return name.Length == 0 || name == jail ? jail
            : name.StartsWith(jail + "-", StringComparison.Ordinal) ? name
            : $"{jail}-{name}";
    }

    /// <summary>The ports.</summary>
    /// <param name="type">The type that the action's name stands for; null where the ports alone tell.</param>
    /// <returns>The ports as written; null for all.</returns>
    public string? Ports(string? type)
    {
        string? ports = Value("port");
        string wanted = (Value("type") ?? type ?? (ports is null ? "allports" : "multiport")).ToLowerInvariant();
        switch (wanted)
        {
            case "allports":
                return null;
            case "multiport" or "oneport":
                // fail2ban's files say ssh where nothing else is said.
                ports ??= "ssh";
                if (!PortList.TryParse(ports, out _, out string? error))
                {
                    Fail("InvalidPort", $"{Capital(error!)}.");
                }

                return ports;
            default:
                Fail("InvalidActionType", $"The type '{wanted}' is not known to the native packet filter; write multiport or allports.");
                return null;
        }
    }

    /// <summary>The protocols.</summary>
    /// <param name="otherwise">What holds where none is written.</param>
    /// <param name="needPorts">Whether each must be one that has ports.</param>
    public IReadOnlyList<string> Protocols(string otherwise, bool needPorts)
    {
        IReadOnlyList<string> names = ProtocolNames.Normalise(Words(Value("protocol") ?? otherwise));
        foreach (string name in names)
        {
            if (!ProtocolNames.IsKnown(name))
            {
                Fail("InvalidProtocol", $"The protocol '{name}' is not known; write tcp, udp, udplite, sctp, dccp, icmp, icmpv6 or all, with commas between.");
            }
            else if (needPorts && !ProtocolNames.Ported.Contains(name))
            {
                Fail("InvalidProtocol", $"The protocol '{name}' has no ports; use the type allports for it.");
            }
        }

        return names;
    }

    /// <summary>The hooks of nft: <c>chain_hook</c>, or a <c>chain</c> that means a hook (otherwise it is just a name in fail2ban's table).</summary>
    public IReadOnlyList<string> NftHooks()
    {
        if (Value("chain_hook") is { } written)
        {
            string[] hooks = Words(written);
            foreach (string hook in hooks.Where(hook => NftNames.ToHook(hook) is null))
            {
                Fail("InvalidChainHook", $"'{hook}' is no hook that packets of a banned address pass on their way in; write input, forward or prerouting.");
            }

            return hooks;
        }

        return [.. Words(Value("chain") ?? "").Where(chain => NftNames.ToHook(chain) is not null)];
    }

    /// <summary>The chains of iptables that lead to the rule.</summary>
    public IReadOnlyList<string> IptablesChains()
    {
        // Of the tags only <known/chain> makes sense here; in fail2ban's files it is INPUT.
        string[] chains = [.. Words(Value("chain") ?? "").Select(chain => chain == "<known/chain>" ? "INPUT" : chain)];
        foreach (string chain in chains.Where(chain => chain.Length > 28 || chain[0] == '-' || !chain.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')))
        {
            Fail("InvalidChain", $"'{chain}' cannot be the name of a chain of iptables; write INPUT, FORWARD, DOCKER-USER or another, with commas between.");
        }

        return chains;
    }

    /// <summary>The priority of nft's chain.</summary>
    public int Priority()
    {
        string? written = Value("chain_priority");
        if (written is null)
        {
            return -1;
        }

        if (!int.TryParse(written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int priority))
        {
            Fail("InvalidChainPriority", $"The chain_priority '{written}' is not a whole number such as -1.");
        }

        return priority;
    }

    /// <summary>How many addresses share a rule of the Windows Firewall.</summary>
    public int? Chunk()
    {
        string? written = Value("chunk");
        if (written is null)
        {
            return null;
        }

        if (!int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out int chunk) || chunk is < 1 or > MostInChunk)
        {
            Fail("InvalidChunk", string.Create(CultureInfo.InvariantCulture, $"The chunk '{written}', the addresses that share a rule of the Windows Firewall, is not a whole number from 1 to {MostInChunk}."));
            return null;
        }

        return chunk;
    }

    /// <summary>Says what the Windows Firewall cannot do of a rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="isWindows">Whether this is Windows.</param>
    public void CheckWindows(FirewallRule rule, bool isWindows)
    {
        if (!isWindows)
        {
            Fail("FirewallUnavailable", $"The action '{action.File}' needs the Windows Firewall, which only Windows has; write nftables or iptables.");
        }

        if (rule.Ports is null || HasErrors)
        {
            return;
        }

        string[] portless = [.. rule.Protocols.Where(protocol => protocol is not ("tcp" or "udp" or ProtocolNames.All))];
        if (portless.Length == rule.Protocols.Count && portless.Length > 0)
        {
            Fail("InvalidProtocol", $"The Windows Firewall knows ports of tcp and udp alone, not of {string.Join(", ", portless)}; use the type allports.");
        }
        else if (portless.Length > 0)
        {
            problems.Add(new Problem(ProblemSeverity.Warning, "ProtocolPassedOver",
                $"The Windows Firewall knows ports of tcp and udp alone, so {string.Join(", ", portless)} is passed over.", action.Location, jail));
        }
    }

    /// <summary>The verdict.</summary>
    /// <param name="parameter">The name of the parameter.</param>
    public string? BlockType(string parameter)
    {
        string? written = Value(parameter, ownFile: parameter == "blocktype" || !action.Parameters.ContainsKey("blocktype"));
        if (written is not null && !BlockTypes.TryParse(written, out _))
        {
            Fail("InvalidBlockType", $"The {parameter} '{written}' cannot stand in a rule; write reject, drop, or words such as 'REJECT --reject-with icmp-host-prohibited'.");
        }

        return written;
    }

    /// <summary>Says which commands of its own the action was given, that a native back end does not run.</summary>
    public void WarnOfHooks()
    {
        foreach (string hook in action.Parameters.Keys.Where(name => name.StartsWith("action", StringComparison.Ordinal)))
        {
            problems.Add(new Problem(ProblemSeverity.Warning, "ActionHookIgnored",
                $"The native packet filter stands in for '{action.File}', so {hook} is not run.", action.Location, jail));
        }
    }

    // A tag that nothing has resolved, such as <known/chain>, says nothing.
    private string? Value(string parameter, bool ownFile = true)
    {
        string? written = action.Parameters.GetValueOrDefault(parameter);
        if (written is null || IsUnresolved(written))
        {
            written = ownFile ? action.Properties.GetValueOrDefault(parameter) : null;
        }

        return written is null || IsUnresolved(written) || written.AsSpan().Trim().IsEmpty ? null : written.Trim();
    }

    private static bool IsUnresolved(string value) =>
        value.Trim() is var text && text.Length > 2 && text[0] == '<' && text.IndexOf('>') == text.Length - 1;

    private static string[] Words(string text) => text.Split(s_separators, StringSplitOptions.RemoveEmptyEntries);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private void Fail(string code, string message)
    {
        HasErrors = true;
        problems.Add(new Problem(ProblemSeverity.Error, code, message, action.Location, jail));
    }
}
