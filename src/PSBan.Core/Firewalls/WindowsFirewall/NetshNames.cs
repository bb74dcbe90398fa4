using System.Globalization;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>
/// The names of PSBan's rules in the Windows Firewall: <c>PSBan-sshd-tcp-0001</c>, the rule of a jail, the protocol and the number of the chunk. They hold neither blanks
/// nor letters beyond ASCII, so that no quoting and no code page can spoil them.
/// </summary>
internal static class NetshNames
{
    /// <summary>What all of PSBan's names begin with.</summary>
    public const string Start = "PSBan-";

    private const int Longest = 60;

    /// <summary>The part of the name that stands for a rule. The Windows Firewall ignores case in names, so capitals do not tell two rules apart.</summary>
    /// <param name="rule">The rule.</param>
    public static string Id(FirewallRule rule) =>
        rule.Name.Any(char.IsUpper) ? SafeName.From(rule.Name + " ", Longest).ToLowerInvariant() : SafeName.From(rule.Name, Longest);

    /// <summary>The name of one chunk.</summary>
    /// <param name="id">The rule; see <see cref="Id"/>.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="number">The number of the chunk, from 1.</param>
    public static string Chunk(string id, string protocol, int number) => string.Create(CultureInfo.InvariantCulture, $"{Start}{id}-{protocol}-{number:D4}");

    /// <summary>Reads a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="id">The rule.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="number">The number of the chunk.</param>
    /// <returns>Whether it is one of PSBan's.</returns>
    public static bool TryParse(string name, out string id, out string protocol, out int number)
    {
        (id, protocol, number) = ("", "", 0);
        int last = name.LastIndexOf('-');
        int middle = last > 0 ? name.LastIndexOf('-', last - 1) : -1;
        if (middle <= Start.Length || !name.StartsWith(Start, StringComparison.OrdinalIgnoreCase)
            || !int.TryParse(name.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        (id, protocol) = (name[Start.Length..middle], name[(middle + 1)..last]);
        return true;
    }
}
