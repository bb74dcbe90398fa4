using System.Globalization;

namespace PSBan.Firewalls;

/// <summary>Reads a list of ports as jail.conf writes it: <c>25,465,1000:1024,ssh</c>.</summary>
internal static class PortList
{
    private static readonly char[] s_separators = [',', ' ', '\t', '\r', '\n'];

    /// <summary>Reads the list; names become numbers, and what overlaps or touches is joined, because packet filters refuse overlaps.</summary>
    /// <param name="text">The list; null for all ports.</param>
    /// <param name="ranges">The ranges in ascending order; empty for all ports.</param>
    /// <param name="error">What is wrong, without a full stop; null where nothing is.</param>
    /// <returns>Whether the list could be read.</returns>
    public static bool TryParse(string? text, out IReadOnlyList<PortRange> ranges, out string? error)
    {
        ranges = [];
        error = null;
        if (text is null)
        {
            return true;
        }

        List<PortRange> found = [];
        foreach (string word in text.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryParseRange(word, out PortRange range, out error))
            {
                return false;
            }

            found.Add(range);
        }

        if (found.Count == 0)
        {
            error = "the list of ports is empty";
            return false;
        }

        List<PortRange> joined = Join(found);
        ranges = joined[0].IsAll ? [] : joined;
        return true;
    }

    private static bool TryParseRange(string word, out PortRange range, out string? error)
    {
        range = default;
        if (TryParsePort(word, out int port))
        {
            range = new PortRange(port, port);
            error = null;
            return true;
        }

        // A service's name may itself hold a hyphen (ftp-data), so it has been tried first.
        int cut = word.IndexOf(':') is var colon and >= 0 ? colon : word.IndexOf('-');
        if (cut > 0 && TryParsePort(word[..cut], out int first) && TryParsePort(word[(cut + 1)..], out int last))
        {
            range = new PortRange(first, last);
            error = first <= last ? null : $"the range of ports '{word}' runs backwards";
            return error is null;
        }

        error = $"'{word}' is neither a port (0 to 65535), nor a range such as 1000:1024, nor the name of a service";
        return false;
    }

    private static bool TryParsePort(string word, out int port) =>
        word.Length > 0 && char.IsAsciiDigit(word[0]) && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out port)
            ? port <= ushort.MaxValue
            : ServiceNames.TryGetPort(word, out port);

    private static List<PortRange> Join(List<PortRange> ranges)
    {
        ranges.Sort((left, right) => left.First.CompareTo(right.First));
        List<PortRange> joined = [];
        foreach (PortRange range in ranges)
        {
            if (joined.Count > 0 && range.First <= joined[^1].Last + 1)
            {
                joined[^1] = joined[^1] with { Last = Math.Max(joined[^1].Last, range.Last) };
            }
            else
            {
                joined.Add(range);
            }
        }

        return joined;
    }
}
