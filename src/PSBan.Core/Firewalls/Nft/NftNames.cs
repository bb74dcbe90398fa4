using System.Globalization;

namespace PSBan.Firewalls.Nft;

/// <summary>The names of PSBan's table, chains and sets in nftables: <c>input-sshd</c>, <c>addr4-sshd</c>, <c>net6-64-sshd</c>.</summary>
internal static class NftNames
{
    /// <summary>The family and the name of the table; everything of PSBan's lies in it.</summary>
    public const string Table = "inet psban";

    /// <summary>The hooks in which the source of a packet is one that can be banned.</summary>
    public static readonly IReadOnlyList<string> Hooks = ["input", "forward", "prerouting"];

    // The kernel takes 255 characters; a name this long is still readable in a listing.
    private const int Longest = 96;

    /// <summary>The part of all its names that stands for a rule.</summary>
    /// <param name="rule">The rule.</param>
    public static string Id(FirewallRule rule) => SafeName.From(rule.Name, Longest);

    /// <summary>The name of a set.</summary>
    /// <param name="id">The rule's part of the name.</param>
    /// <param name="kind">What it holds.</param>
    public static string Set(string id, NftSetKind kind) => kind.IsHosts
        ? $"addr{kind.Digit}-{id}"
        : string.Create(CultureInfo.InvariantCulture, $"net{kind.Digit}-{kind.PrefixLength}-{id}");

    /// <summary>The name of the chain in a hook.</summary>
    /// <param name="id">The rule's part of the name.</param>
    /// <param name="hook">The hook.</param>
    public static string Chain(string id, string hook) => $"{hook}-{id}";

    /// <summary>Takes the name of a set apart.</summary>
    /// <param name="name">The name.</param>
    /// <param name="id">The rule's part of the name.</param>
    /// <param name="kind">What it holds.</param>
    /// <returns>Whether the name is one of PSBan's.</returns>
    public static bool TryParseSet(string name, out string id, out NftSetKind kind)
    {
        (id, kind) = ("", default);
        int cut = name.IndexOf('-');
        switch (cut < 0 ? "" : name[..cut])
        {
            case "addr4" or "addr6":
                kind = NftSetKind.Hosts(name[4] == '6');
                id = name[(cut + 1)..];
                return true;
            case "net4" or "net6":
                int next = name.IndexOf('-', cut + 1);
                if (next < 0 || !int.TryParse(name.AsSpan(cut + 1, next - cut - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length))
                {
                    return false;
                }

                kind = new NftSetKind(name[3] == '6', length);
                id = name[(next + 1)..];
                return length < (kind.IsIPv6 ? 128 : 32);
            default:
                return false;
        }
    }

    /// <summary>Takes the name of a chain apart.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The rule's part of the name; null where it is not one of PSBan's.</returns>
    public static string? ParseChain(string name) =>
        Hooks.FirstOrDefault(hook => name.StartsWith(hook + "-", StringComparison.Ordinal)) is { } found ? name[(found.Length + 1)..] : null;

    /// <summary>The hook meant by an entry of <see cref="FirewallRule.Chains"/>; a chain of iptables means the hook that its packets pass.</summary>
    /// <param name="chain">A hook, or a chain of iptables.</param>
    /// <returns>The hook; null where nft has none for it.</returns>
    public static string? ToHook(string chain)
    {
        string name = chain.Trim().ToLowerInvariant();
        return Hooks.Contains(name) ? name
            : name.StartsWith("docker", StringComparison.Ordinal) ? "forward"
            : null;
    }
}
