using System.Globalization;
using System.Text.RegularExpressions;

namespace PSBan.EndToEnd.Tests.Filters;

/// <summary>Makes lines of lines: cut off, spliced, with other dates, addresses, blanks and characters. The same seed makes the same lines.</summary>
/// <param name="seed">Where chance begins.</param>
/// <param name="own">Lines that the filter is for.</param>
/// <param name="foreign">Lines of other programs.</param>
internal sealed partial class LineMutator(int seed, IReadOnlyList<string> own, IReadOnlyList<string> foreign)
{
    private static readonly string[] s_addresses =
    [
        "192.0.2.1", "198.51.100.255", "999.1.1.1", "192.030.0.6", "1.2.3", "0.0.0.0", "::ffff:192.0.2.77", "[192.0.2.9]", "192.0.2.5:4711", "192.0.2.0/24", "192.0.2.1/0", "192.0.2.1/33",
        "2001:db8::1", "[2001:DB8::A]", "2001:db8::", "::1", "::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "2001:db8:::1", "fe80::1%eth0", "12:34:56", "2001:db8::1/64", "2001:db8::1/129",
        "host.example.org", "host_name-1.example", "a.b^c", "h\u00F6st.example", "unknown", "localhost", "-", "", "203.0.113.7.example.org", "\u0661.2.3.4",
    ];

    private static readonly string[] s_dates =
    [
        "Aug 14 11:59:50", "Aug 14 12:00:03", "Jan 23 21:59:59", "Dec 31 23:59:59", "Feb 30 10:00:00", "Feb 29 10:00:00", "Aug  4 01:02:03", "Sun Aug 14 11:59:58 2005", "aug 14 11:59:50",
        "2005-08-14 11:59:59", "2005-08-14T11:59:59.123456+02:00", "2005-08-14T09:59:59Z", "2005/08/14 11:59:59", "2005.08.14 11:59:59,123", "2005-13-14 11:59:59", "2005-08-14 24:00:00",
        "14/Aug/2005:11:59:59 +0200", "14/Aug/2005:11:59:59 -0000", "14-Aug-2005 11:59:59.999", "14/08/2005 11:59:59", "14/08/05 11:59:59", "08/14/2005:11:59:59", "08-14-2005 11:59:59.5",
        "1124013599", "1124013599.123", "[1124013599.123456]", "11240135990", "11:59:59", "23:59:59", "<08/14/05@11:59:59>", "050814 11:59:59", "050814  1:59:59", "Aug 14, 2005 11:59:59 AM",
        "Aug-14-05 11:59:59", "20050814T115959", "20050814-11:59:59", "20050814 115959", "PDT Aug 14 11:59:59", "+00:00 Aug 14 11:59:59", "@40000000462be1b50d2f1a54", "2005-08-14", "",
        "2005-08-14 11:59:59 UTC", "2005-08-14 11:59:60", "1998-08-14 11:59:59", "2135-08-14 11:59:59", "2026-08-14 11:59:59", "audit(1124013599.123:456)", "type=USER_LOGIN msg=audit(1124013599.5:1):",
    ];

    // Not among them: the four letters that Python takes for i, s and k where case does not matter, and we on purpose do not (U+0130, U+0131, U+017F, U+212A).
    private static readonly string[] s_insertions =
    [
        " ", "  ", "\t", "'", "\"", "''", "\\", "[", "]", "(", ")", "<", ">", ":", ": ", ";", ",", ".", "=", "/", "-", "_", "%", "$", "^", "*", "+", "?", "|", "{", "}", "#", "@", "!", "~", "&",
        "0", "9", "a", "Z", "\u00E9", "\u00A0", "\u0301", "\u0661", "\u2028", "\u001C", "\u0085", "\u000B", "\r", "\u0000", "\u007F", "\uFFFD", "\U0001F600", "\u00B5", "\u0660",
        "from 192.0.2.1", " from 192.0.2.1 port 22", "user=<root>", " rhost=192.0.2.8", "client=[192.0.2.3]", "root", "invalid user ", " [preauth]", "\\n", "true", "null",
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next line.</summary>
    public string Next()
    {
        string line = Pick(foreign.Count > 0 && _random.Next(12) == 0 ? foreign : own);
        for (int i = _random.Next(8) switch { 0 => 0, < 5 => 1, < 7 => 2, _ => 4 }; i > 0; i--)
        {
            line = Mutate(line);
        }

        // Lines are cut at line feeds, and what is decoded has no half characters.
        return string.Concat(line.Where((c, i) => c != '\n' && !IsHalf(line, i)));
    }

    private static bool IsHalf(string text, int i) =>
        char.IsHighSurrogate(text[i]) ? i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])
        : char.IsLowSurrogate(text[i]) && (i == 0 || !char.IsHighSurrogate(text[i - 1]));

    private string Mutate(string line)
    {
        int at = _random.Next(line.Length + 1), length = _random.Next(Math.Min(12, line.Length - at) + 1);
        switch (_random.Next(16))
        {
            case 0:
                return line[..at];
            case 1:
                return line.Remove(at, length);
            case 2:
                return line.Insert(at, string.Concat(Enumerable.Repeat(line.Substring(at, length), _random.Next(1, 4))));
            case 3 or 4:
                return line.Insert(at, Pick(s_insertions));
            case 5:
                return length == 0 ? line + Pick(s_insertions) : line.Remove(at, 1).Insert(at, Pick(s_insertions));
            case 6 or 7:
                return Replace(Address(), line, Pick(s_addresses));
            case 8 or 9:
                return Replace(Date(), line, Pick(s_dates));
            case 10:
                string other = Pick(own);
                return line[..at] + other[_random.Next(other.Length + 1)..];
            case 11:
                return _random.Next(2) == 0 ? line[..at] + line[at..].ToUpperInvariant() : line[..at].ToLowerInvariant() + line[at..];
            case 12:
                return _random.Next(3) switch { 0 => line.TrimStart(), 1 => " " + line, _ => line + " " };
            case 13:
                return Replace(Number(), line, _random.Next(3) switch { 0 => "", 1 => "0", _ => _random.Next().ToString(CultureInfo.InvariantCulture) });
            case 14:
                return Replace(Word(), line, Pick(s_insertions));
            default:
                return line + (_random.Next(2) == 0 ? " " : "") + Pick(own);
        }
    }

    private string Replace(Regex what, string line, string by)
    {
        MatchCollection places = what.Matches(line);
        if (places.Count == 0)
        {
            return line.Insert(_random.Next(line.Length + 1), by);
        }

        Match place = places[_random.Next(places.Count)];
        return string.Concat(line.AsSpan(0, place.Index), by, line.AsSpan(place.Index + place.Length));
    }

    private T Pick<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    [GeneratedRegex(@"(?:::ffff:)?\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7}\]?")]
    private static partial Regex Address();

    [GeneratedRegex(@"(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d+)?(?: \d{4})?|\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d)?|\d\d[/-]\w{2,3}[/-]\d{4}[: ]\d\d:\d\d:\d\d(?: [+-]\d{4})?|\d{10}(?:\.\d+)?")]
    private static partial Regex Date();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"[A-Za-z]{2,}")]
    private static partial Regex Word();
}
