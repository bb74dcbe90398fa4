using System.Globalization;
using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Matching;

/// <summary>Whom a match blames, out of the groups it captured.</summary>
/// <param name="Id">What is counted; empty where it is a host name to be resolved.</param>
/// <param name="Address">The address behind it; the empty value where there is none.</param>
/// <param name="HostName">The host name to be resolved; null where there is none.</param>
internal readonly record struct FailureIdentity(BanId Id, Address Address, string? HostName)
{
    // As the names of captured groups are.
    private static readonly string s_fid = string.Intern("fid");
    private static readonly string s_ip4 = string.Intern("ip4");
    private static readonly string s_ip6 = string.Intern("ip6");
    private static readonly string s_cidr = string.Intern("cidr");

    /// <summary>The group of a host name.</summary>
    public static readonly string HostGroup = string.Intern("dns");

    /// <summary>Chooses: a captured identifier before the address, IPv4 before IPv6 before the host name.</summary>
    /// <param name="data">The captured groups.</param>
    /// <param name="useDns">What becomes of host names.</param>
    /// <param name="identity">Whom it blames.</param>
    /// <returns>Whether there is anything that identifies somebody; with <c>usedns = no</c> a host name does not.</returns>
    public static Presence Choose(CapturedData data, UseDns useDns, out FailureIdentity identity)
    {
        identity = default;
        string? fid = data.Find(s_fid);
        if ((data.Find(s_ip4) ?? data.Find(s_ip6)) is { } literal)
        {
            identity = WithAddress(fid, literal, data.Find(s_cidr), useDns);
            return Presence.Found;
        }

        if (data.Find(HostGroup) is { } name)
        {
            return TryHostName(fid, name, useDns, out identity) ? Presence.Found : Presence.Refused;
        }

        if (fid is null)
        {
            return Presence.None;
        }

        BanId id = FromText(fid, useDns);
        identity = new FailureIdentity(id, id.Address, null);
        return Presence.Found;
    }

    /// <summary>Whether a match blames somebody, where nobody asks whom; with the same result as <see cref="Choose"/>.</summary>
    /// <param name="data">The captured groups.</param>
    /// <param name="useDns">What becomes of host names.</param>
    public static Presence Look(CapturedData data, UseDns useDns) =>
        data.Has(s_ip4) || data.Has(s_ip6) ? Presence.Found
        : data.Find(HostGroup) is { } name ? TryHostName(null, name, useDns, out _) ? Presence.Found : Presence.Refused
        : data.Has(s_fid) ? Presence.Found : Presence.None;

    /// <summary>Whether a group other than that of a host name blames somebody by being captured.</summary>
    /// <param name="name">The name of the group, interned.</param>
    public static bool IsDecisive(string name) => name == s_fid || name == s_ip4 || name == s_ip6;

    private static FailureIdentity WithAddress(string? fid, string literal, string? prefixLength, UseDns useDns)
    {
        BanId id = Address.TryParse(literal, out Address address) ? new BanId(address = Mask(address, int.TryParse(prefixLength, NumberStyles.None, CultureInfo.InvariantCulture, out int length) ? length : int.MaxValue)) : BanId.Opaque(literal);
        return new FailureIdentity(fid is null || fid == literal ? id : FromText(fid, useDns), address, null);
    }

    private static bool TryHostName(string? fid, string name, UseDns useDns, out FailureIdentity identity)
    {
        if (useDns == UseDns.Raw)
        {
            identity = new FailureIdentity(BanId.Opaque(fid ?? name), default, null);
            return true;
        }

        bool isAddress = Address.TryParse(name, out Address address);
        identity = isAddress ? new FailureIdentity(new BanId(address), address, null) : new FailureIdentity(default, default, name);
        return isAddress || useDns is UseDns.Yes or UseDns.Warn;
    }

    /// <summary>An identifier that reads as an address is one, and with a length of bits behind it a network.</summary>
    private static BanId FromText(string text, UseDns useDns)
    {
        int slash = text.IndexOf('/');
        return useDns == UseDns.Raw ? BanId.Opaque(text)
            : slash > 0 && Address.TryParse(text.AsSpan(0, slash), out Address address) && int.TryParse(text.AsSpan(slash + 1), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int length)
                ? new BanId(Mask(address, length))
            : BanId.FromText(text);
    }

    /// <summary>
    /// The network of the captured length. A length beyond the address is none; and so is 0, which names nobody in particular and would block
    /// everybody (fail2ban bans the single address 0.0.0.0 then).
    /// </summary>
    private static Address Mask(Address address, int length) =>
        length >= address.PrefixLength ? address : length == 0 ? address.Truncate(0).GetNetwork() : address.Truncate(length);
}

/// <summary>Whether a match identifies somebody.</summary>
internal enum Presence
{
    /// <summary>Nothing was captured that could.</summary>
    None,

    /// <summary>A host name was captured, and host names do not count.</summary>
    Refused,

    /// <summary>It does.</summary>
    Found,
}
