using System.Buffers;

namespace PSBan.Firewalls;

/// <summary>Reads and prints <c>blocktype</c>: the words of nft and of iptables mean the same verdicts, so either back end understands both.</summary>
internal static class BlockTypes
{
    // Each row: the reason and its words in iptables (v4, v6) and in nft (v4, v6). The first row that fits counts when reading.
    private static readonly (RejectReason Reason, string Iptables4, string Iptables6, string Nft4, string Nft6)[] s_reasons =
    [
        (RejectReason.TcpReset, "tcp-reset", "tcp-reset", "tcp reset", "tcp reset"),
        (RejectReason.Port, "icmp-port-unreachable", "icmp6-port-unreachable", "icmp type port-unreachable", "icmpv6 type port-unreachable"),
        (RejectReason.Host, "icmp-host-unreachable", "icmp6-addr-unreachable", "icmp type host-unreachable", "icmpv6 type addr-unreachable"),
        (RejectReason.Network, "icmp-net-unreachable", "icmp6-no-route", "icmp type net-unreachable", "icmpv6 type no-route"),
        (RejectReason.Protocol, "icmp-proto-unreachable", "icmp6-port-unreachable", "icmp type prot-unreachable", "icmpv6 type port-unreachable"),
        (RejectReason.AdminProhibited, "icmp-admin-prohibited", "icmp6-adm-prohibited", "icmp type admin-prohibited", "icmpv6 type admin-prohibited"),
        (RejectReason.HostProhibited, "icmp-host-prohibited", "icmp6-adm-prohibited", "icmp type host-prohibited", "icmpv6 type admin-prohibited"),
        (RejectReason.NetworkProhibited, "icmp-net-prohibited", "icmp6-adm-prohibited", "icmp type net-prohibited", "icmpv6 type admin-prohibited"),
    ];

    // The short forms that iptables takes too, and those of nft's inet family.
    private static readonly Dictionary<string, RejectReason> s_otherNames = new(StringComparer.Ordinal)
    {
        ["port-unreach"] = RejectReason.Port,
        ["host-unreach"] = RejectReason.Host,
        ["net-unreach"] = RejectReason.Network,
        ["proto-unreach"] = RejectReason.Protocol,
        ["net-prohib"] = RejectReason.NetworkProhibited,
        ["host-prohib"] = RejectReason.HostProhibited,
        ["admin-prohib"] = RejectReason.AdminProhibited,
        ["tcp-rst"] = RejectReason.TcpReset,
        ["adm-prohibited"] = RejectReason.AdminProhibited,
        ["addr-unreach"] = RejectReason.Host,
        ["no-route"] = RejectReason.Network,
        ["icmpx port-unreachable"] = RejectReason.Port,
        ["icmpx host-unreachable"] = RejectReason.Host,
        ["icmpx no-route"] = RejectReason.Network,
        ["icmpx admin-prohibited"] = RejectReason.AdminProhibited,
    };

    // Words of the packet filter go into a script; these would end the statement, or begin another.
    private static readonly SearchValues<char> s_unsafe = SearchValues.Create("\r\n\0;{}#\\`$");

    /// <summary>Reads the words of either packet filter.</summary>
    /// <param name="text">The words; null or empty for the default, reject.</param>
    /// <param name="verdict">What they mean.</param>
    /// <returns>False where the words cannot stand in a rule.</returns>
    public static bool TryParse(string? text, out Verdict verdict)
    {
        verdict = default;
        string[] words = (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string plain = string.Join(' ', words).ToLowerInvariant();
        switch (plain)
        {
            case "" or "reject":
                return true;
            case "drop":
                verdict = new Verdict(VerdictKind.Drop);
                return true;
        }

        string? reason = After(plain, "reject --reject-with ") ?? After(plain, "reject with ");
        if (reason is not null && TryParseReason(reason.Replace(" type ", " ", StringComparison.Ordinal), out RejectReason found))
        {
            verdict = new Verdict(VerdictKind.Reject, found);
            return true;
        }

        verdict = new Verdict(VerdictKind.Verbatim, Words: text!.Trim());
        return text.AsSpan().IndexOfAny(s_unsafe) < 0;
    }

    /// <summary>Prints the verdict as an nft statement.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="isIPv6">Whether it is for IPv6.</param>
    public static string ToNft(Verdict verdict, bool isIPv6) => verdict switch
    {
        { Kind: VerdictKind.Drop } => "drop",
        { Kind: VerdictKind.Verbatim } => verdict.Words,
        { Reason: RejectReason.Default } => "reject",
        _ => "reject with " + (isIPv6 ? Row(verdict.Reason).Nft6 : Row(verdict.Reason).Nft4),
    };

    /// <summary>Prints the verdict as the target of an iptables rule, behind <c>-j</c>.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="isIPv6">Whether it is for ip6tables.</param>
    public static string ToIptables(Verdict verdict, bool isIPv6) => verdict switch
    {
        { Kind: VerdictKind.Drop } => "DROP",
        { Kind: VerdictKind.Verbatim } => verdict.Words,
        { Reason: RejectReason.Default } => "REJECT --reject-with " + (isIPv6 ? "icmp6-port-unreachable" : "icmp-port-unreachable"),
        _ => "REJECT --reject-with " + (isIPv6 ? Row(verdict.Reason).Iptables6 : Row(verdict.Reason).Iptables4),
    };

    private static string? After(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : null;

    private static bool TryParseReason(string words, out RejectReason reason)
    {
        foreach (var row in s_reasons)
        {
            if (words == row.Iptables4 || words == row.Iptables6
                || words == row.Nft4.Replace(" type ", " ", StringComparison.Ordinal) || words == row.Nft6.Replace(" type ", " ", StringComparison.Ordinal))
            {
                reason = row.Reason;
                return true;
            }
        }

        return s_otherNames.TryGetValue(words.StartsWith("icmp-", StringComparison.Ordinal) ? words[5..]
            : words.StartsWith("icmp6-", StringComparison.Ordinal) ? words[6..] : words, out reason);
    }

    private static (RejectReason Reason, string Iptables4, string Iptables6, string Nft4, string Nft6) Row(RejectReason reason) =>
        Array.Find(s_reasons, row => row.Reason == reason);
}
