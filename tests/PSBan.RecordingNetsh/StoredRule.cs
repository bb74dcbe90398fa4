using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PSBan.RecordingNetsh;

/// <summary>A rule, with its text as the registry of Windows holds it (MS-GPFAS 2.2.2.19): prefixes of IPv4 with a mask, and the addresses sorted.</summary>
internal sealed class StoredRule
{
    private static readonly string[] s_protocols = ["any", "tcp", "udp", "icmpv4", "icmpv6"];
    private static readonly string? s_refused = Environment.GetEnvironmentVariable("PSBAN_NETSH_REFUSES");

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal) { ["enable"] = "yes", ["protocol"] = "any", ["profile"] = "any" };

    public string Name => _values["name"];

    public string Direction => _values["dir"];

    /// <summary>Reads the text; what this program did not write itself is not expected.</summary>
    public static StoredRule Parse(string text)
    {
        var rule = new StoredRule();
        foreach (string[] field in text.Split('|').Skip(1).Select(field => field.Split('=', 2)).Where(field => field.Length == 2))
        {
            switch (field)
            {
                case ["Name", var value]: rule._values["name"] = value; break;
                case ["Action", var value]: rule._values["action"] = value.ToLowerInvariant(); break;
                case ["Dir", var value]: rule._values["dir"] = value.ToLowerInvariant(); break;
                case ["Active", var value]: rule._values["enable"] = value == "TRUE" ? "yes" : "no"; break;
                case ["Protocol", var value]: rule._values["protocol"] = value; break;
                case ["LPort" or "LPort2_10", var value]: rule.Append("localport", value); break;
                case ["RA4" or "RA6", var value]: rule.Append("remoteip", value); break;
                default: break;
            }
        }

        return rule;
    }

    /// <summary>Takes values over.</summary>
    /// <returns>What is wrong with them; null where nothing is, and nothing was taken over otherwise.</returns>
    public string? Change(Dictionary<string, string> values)
    {
        foreach ((string key, string value) in values)
        {
            bool isValid = key switch
            {
                "dir" => value is "in" or "out",
                "action" => value is "allow" or "block" or "bypass",
                "enable" => value is "yes" or "no",
                "profile" => value.Split(',').All(profile => profile is "any" or "public" or "private" or "domain"),
                "protocol" => s_protocols.Contains(value) || byte.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
                "localport" or "remoteport" => value == "any" || value.Split(',').All(IsPort),
                "remoteip" or "localip" => value == "any" || value.Split(',').All(IsAddress),
                _ => true,
            };
            if (!isValid)
            {
                return "A specified value is not valid. " + key;
            }
        }

        string protocol = values.GetValueOrDefault("protocol") ?? _values["protocol"];
        if ((values.ContainsKey("localport") || values.ContainsKey("remoteport")) && protocol is not ("tcp" or "udp" or "6" or "17"))
        {
            return "A port can be specified only if the protocol is TCP or UDP.";
        }

        foreach ((string key, string value) in values)
        {
            _values[key] = value;
        }

        return null;
    }

    public override string ToString()
    {
        List<string> fields = ["v2.30", "Action=" + (_values["action"] == "block" ? "Block" : "Allow"), "Active=" + (_values["enable"] == "yes" ? "TRUE" : "FALSE"), "Dir=" + (Direction == "in" ? "In" : "Out")];
        if (_values["protocol"] is not "any" and var protocol)
        {
            fields.Add("Protocol=" + protocol switch { "tcp" => "6", "udp" => "17", "icmpv4" => "1", "icmpv6" => "58", _ => protocol });
        }

        fields.AddRange(Profiles());
        fields.AddRange(List("localport").Select(port => (port.Contains('-', StringComparison.Ordinal) ? "LPort2_10=" : "LPort=") + port));
        fields.AddRange(List("remoteip").Select(Normalise).Order(StringComparer.Ordinal));
        fields.Add("Name=" + Name);
        return string.Join('|', fields) + "|";
    }

    private IEnumerable<string> Profiles() =>
        _values["profile"].Split(',').Where(profile => profile != "any").Select(profile => "Profile=" + char.ToUpperInvariant(profile[0]) + profile[1..]);

    private string[] List(string key) => _values.GetValueOrDefault(key) is not (null or "any") and var text ? text.Split(',') : [];

    private void Append(string key, string value) => _values[key] = _values.TryGetValue(key, out string? before) ? before + "," + value : value;

    private static bool IsPort(string text) => text.Split('-') is { Length: 1 or 2 } ends && ends.All(end => ushort.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    // Windows refuses the whole rule for one address that no sender has.
    private static bool IsAddress(string text)
    {
        if (text == s_refused)
        {
            return false;
        }

        string[] ends = text.Split('-');
        if (ends.Length == 2)
        {
            return ends.All(IsAddress);
        }

        string[] parts = text.Split('/');
        if (parts.Length > 2 || !IPAddress.TryParse(parts[0], out IPAddress? address) || parts[0] != address.ToString())
        {
            return false;
        }

        bool isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        byte first = address.GetAddressBytes()[0];
        return !IPAddress.IsLoopback(address) && !(isIPv6 ? first == 0xFF || address.Equals(IPAddress.IPv6Any) : first is 0 or >= 224 and < 240 or 255)
            && (parts.Length == 1 || IsLength(parts[1], isIPv6));
    }

    private static bool IsLength(string text, bool isIPv6) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int length) ? length > 0 && length <= (isIPv6 ? 128 : 32)
        : !isIPv6 && IPAddress.TryParse(text, out _);

    private static string Normalise(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return "RA6=" + text;
        }

        string[] parts = text.Split('/');
        return "RA4=" + (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            ? $"{parts[0]}/{new IPAddress(BitConverter.GetBytes(IPAddress.HostToNetworkOrder(unchecked((int)(uint.MaxValue << (32 - length))))))}" : text);
    }
}
