using PSBan.Model;

namespace PSBan.Jails;

/// <content>Bans of whole prefixes (<c>banprefix4</c>, <c>banprefix6</c>): each address is counted by itself, and the one that fails too often has its neighbours banned with it.</content>
public sealed partial class Jail
{
    /// <summary>The prefix that is banned in place of an address; the identifier itself where the jail bans addresses, and where it is no address.</summary>
    private BanId Widen(BanId id)
    {
        if (!id.IsAddress)
        {
            return id;
        }

        int length = LengthOf(id.Address);
        return length < id.Address.PrefixLength ? id.Address.Truncate(length) : id;
    }

    /// <summary>What is banned for a failure: the prefix, unless it holds somebody who is spared, or the address is banned by itself already.</summary>
    private BanId WhatToBan(BanId id, out SparedPrefix? spared)
    {
        spared = null;
        BanId wide = Widen(id);
        if (wide == id || _bans.Contains(id))
        {
            return id;
        }

        if (_ignore.MatchAnyOf(wide.Address) is not IgnoreReason reason)
        {
            return wide;
        }

        spared = new SparedPrefix(wide.Address, reason);
        return id;
    }

    /// <summary>Who is spared in the prefix of an earlier run's ban, that was not made by hand; null where nobody is.</summary>
    private IgnoreReason? SparedIn(Ban ban) =>
        ban.Id.IsAddress && !ban.Address.IsHost && ban.Failures > 0 && ban.Address.PrefixLength == LengthOf(ban.Address) ? _ignore.MatchAnyOf(ban.Address) : null;

    private int LengthOf(Address address) => address.IsIPv6 ? Options.BanPrefix6.Value : Options.BanPrefix4.Value;
}
