using System.Globalization;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>A rule as the Windows Firewall stores it: <c>v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=22|RA4=192.0.2.1|Name=…|</c> (MS-GPFAS 2.2.2.19).</summary>
internal sealed class PolicyRule
{
    // What narrows a rule down; PSBan writes none of it, so it is there because somebody changed the rule.
    private static readonly string[] s_limits = ["LA4", "LA6", "RPort", "RPort2_10", "App", "Svc", "IF", "IFType", "RMauth", "RUAuth", "Security", "Security2", "Security2_9"];

    private readonly List<PortRange> _ports = [];
    private readonly List<AddressRange> _addresses = [];

    private PolicyRule()
    {
    }

    /// <summary>The name people see.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Whether it keeps out what comes in, is switched on, and is not narrowed down.</summary>
    public bool IsBlock { get; private set; }

    /// <summary>The number of the protocol; null for all.</summary>
    public int? Protocol { get; private set; }

    /// <summary>The local ports in ascending order, joined; empty for all.</summary>
    public IReadOnlyList<PortRange> Ports => _ports;

    /// <summary>The remote addresses in ascending order, joined; empty for all.</summary>
    public IReadOnlyList<AddressRange> Addresses { get; private set; } = [];

    /// <summary>The remote addresses as they are written down; what is no address is left out.</summary>
    public IReadOnlyList<AddressRange> Written => _addresses;

    /// <summary>Reads a stored rule.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The rule; null where it has no name.</returns>
    public static PolicyRule? Parse(string text)
    {
        PolicyRule rule = new();
        string action = "", direction = "", active = "TRUE";
        int profiles = 0;
        bool isLimited = false;
        foreach (Range part in text.AsSpan().Split('|'))
        {
            ReadOnlySpan<char> field = text.AsSpan(part);
            if (field.IndexOf('=') is not (var cut and > 0))
            {
                continue;
            }

            ReadOnlySpan<char> value = field[(cut + 1)..];
            string key = field[..cut].ToString();
            switch (key)
            {
                case "Name":
                    rule.Name = value.ToString();
                    break;
                case "Action":
                    action = value.ToString();
                    break;
                case "Dir":
                    direction = value.ToString();
                    break;
                case "Active":
                    active = value.ToString();
                    break;
                case "Profile":
                    profiles++;
                    break;
                case "Protocol":
                    rule.Protocol = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int protocol) && protocol <= byte.MaxValue ? protocol : null;
                    break;
                case "LPort" or "LPort2_10":
                    rule.AddPorts(value);
                    break;
                case "RA4" or "RA6":
                    isLimited |= !rule.TryAddAddress(value);
                    break;
                default:
                    isLimited |= Array.IndexOf(s_limits, key) >= 0;
                    break;
            }
        }

        // All three profiles are the same as none.
        isLimited |= profiles is 1 or 2;
        rule.IsBlock = !isLimited && Is(action, "Block") && Is(direction, "In") && Is(active, "TRUE");
        rule._ports.Sort((left, right) => left.First.CompareTo(right.First));
        rule.Addresses = AddressRange.Join(rule._addresses);
        return rule.Name.Length > 0 ? rule : null;
    }

    private static bool Is(string value, string other) => value.Equals(other, StringComparison.OrdinalIgnoreCase);

    private void AddPorts(ReadOnlySpan<char> value)
    {
        int cut = value.IndexOf('-');
        ReadOnlySpan<char> first = cut < 0 ? value : value[..cut], last = cut < 0 ? value : value[(cut + 1)..];
        if (ushort.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out ushort low)
            && ushort.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out ushort high))
        {
            _ports.Add(new PortRange(low, high));
        }
    }

    private bool TryAddAddress(ReadOnlySpan<char> value)
    {
        if (!AddressRange.TryParse(value, out AddressRange range))
        {
            return false;
        }

        _addresses.Add(range);
        return true;
    }
}
