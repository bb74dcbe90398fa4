namespace PSBan.Firewalls;

/// <summary>The names of the native back ends.</summary>
public static class FirewallBackEnds
{
    /// <summary>Whichever works here: nft, otherwise iptables; on Windows the Windows Firewall.</summary>
    public const string Auto = "auto";

    /// <summary>nftables, with kernel-side times.</summary>
    public const string Nft = "nft";

    /// <summary>iptables and ip6tables; the watcher ends bans itself.</summary>
    public const string Iptables = "iptables";

    /// <summary>Sets of ipset, with kernel-side times, that iptables and ip6tables look into.</summary>
    public const string Ipset = "ipset";

    /// <summary>The Windows Firewall; the watcher ends bans itself.</summary>
    public const string Windows = "windows-firewall";

    /// <summary>Every action is run by the commands of its file in action.d, those too that a native back end could serve.</summary>
    public const string Command = "command";

    /// <summary>Nothing is done, but what would be done can be listed.</summary>
    public const string DryRun = "dry-run";
}
