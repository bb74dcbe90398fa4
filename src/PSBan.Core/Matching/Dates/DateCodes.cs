using System.Text;

namespace PSBan.Matching.Dates;

/// <summary>
/// The <c>%</c> codes of a date pattern (jail.conf(5), <c>datepattern</c>): what each accepts, and the word that stands for it in reports.
/// Month and day names are English, as the C locale has them.
/// </summary>
internal static class DateCodes
{
    /// <summary>The letters that make a whole template case-insensitive, because they stand for names.</summary>
    private const string NameCodes = "aAbBpc";

    // The codes as Python's own strptime has them; %c, %x and %X are composed of these and not of the stricter ones below.
    private const string LooseDay = @"(?P<d>3[01]|[12]\d|0[1-9]|[1-9]| [1-9])";
    private const string LooseMonth = @"(?P<m>1[0-2]|0[1-9]|[1-9])";
    private const string LooseTime = @"(?P<H>2[0-3]|[01]\d|\d):(?P<M>[0-5]\d|\d):(?P<S>6[01]|[0-5]\d|\d)";
    private const string ShortDayName = "(?P<a>mon|tue|wed|thu|fri|sat|sun)";
    private const string ShortMonthName = "(?P<b>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)";
    private const string Offset = @"[+-][01]\d(?::?\d{2})?";
    private const string Abbreviation = "[A-Z](?:[A-Z]{2,4})?";

    private static readonly Dictionary<string, DateCode> s_codes = new(StringComparer.Ordinal)
    {
        ["%"] = new("%", "%"),
        ["Y"] = new(@"(?P<Y>\d{4})", "Year"),
        ["y"] = new(@"(?P<y>\d{2})", "Year2"),
        ["Exy"] = new(@"(?P<y>\d{2})", "ExYear2"),
        ["m"] = new("(?P<m>0?[1-9]|1[0-2])", "Month"),
        ["Exm"] = new("(?P<m>0[1-9]|1[0-2])", "ExMonth"),
        ["d"] = new(@"(?P<d>[12]\d|[0 ]?[1-9]|3[01])", "Day"),
        ["Exd"] = new(@"(?P<d>[12]\d|0[1-9]|3[01])", "ExDay"),
        ["H"] = new(@"(?P<H>[01]?\d|2[0-3])", "24hour"),
        ["ExH"] = new(@"(?P<H>[01]\d|2[0-3])", "Ex24hour"),
        ["k"] = new(@" ?(?P<H>[0-2]?\d)", "%k"),
        ["Exk"] = new(@" ?(?P<H>[01]?\d|2[0-3])", "%Exk"),
        ["I"] = new("(?P<I>1[0-2]|0[1-9]|[1-9])", "12hour"),
        ["l"] = new(@" ?(?P<I>1?\d)", "%l"),
        ["Exl"] = new(@" ?(?P<I>1[0-2]|\d)", "%Exl"),
        ["M"] = new(@"(?P<M>[0-5]?\d)", "Minute"),
        ["ExM"] = new(@"(?P<M>[0-5]\d)", "ExMinute"),
        ["S"] = new(@"(?P<S>[0-5]?\d|6[01])", "Second"),
        ["ExS"] = new(@"(?P<S>[0-5]\d|6[01])", "ExSecond"),
        ["f"] = new("(?P<f>[0-9]{1,6})", "Microseconds"),
        ["p"] = new("(?P<p>am|pm)", "AMPM"),
        ["a"] = new(ShortDayName, "DAY"),
        ["A"] = new("(?P<A>wednesday|thursday|saturday|tuesday|monday|friday|sunday)", "DAYNAME"),
        ["b"] = new(ShortMonthName, "MON"),
        ["B"] = new("(?P<B>september|february|november|december|january|october|august|march|april|june|july|may)", "MONTH"),
        ["j"] = new(@"(?P<j>36[0-6]|3[0-5]\d|[12]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9])", "Yearday"),
        ["w"] = new("(?P<w>[0-6])", "Weekday"),
        ["u"] = new("(?P<u>[1-7])", "%u"),
        ["U"] = new(@"(?P<U>5[0-3]|[0-4]\d|\d)", "Yearweek"),
        ["W"] = new(@"(?P<W>5[0-3]|[0-4]\d|\d)", "Yearweek"),
        ["V"] = new(@"(?P<V>5[0-3]|0[1-9]|[1-4]\d|\d)", "%V"),
        ["G"] = new(@"(?P<G>\d{4})", "%G"),
        ["z"] = new($"(?P<z>Z|UTC|GMT|{Offset})", "Zone offset"),
        ["Exz"] = new($"(?P<z>(?:{Abbreviation})?{Offset}|{Abbreviation})", "ExZone offset"),
        ["Z"] = new("(?P<Z>Z|[A-Z]{3,5})", "Zone name"),
        ["ExZ"] = new($"(?P<Z>{Abbreviation})", "ExZone name"),
        ["c"] = new($@"{ShortDayName}\s+{ShortMonthName}\s+{LooseDay}\s+{LooseTime}\s+(?P<Y>\d{{4}})", "%c"),
        ["x"] = new($@"{LooseMonth}/{LooseDay}/(?P<y>\d{{2}})", "%x"),
        ["X"] = new(LooseTime, "%X"),
    };

    /// <summary>Replaces each code by what it accepts (a Python-dialect regex) and by its report word.</summary>
    /// <param name="pattern">The date pattern.</param>
    /// <param name="latestYear">The last year that <c>%ExY</c> has to accept; its whole decade is.</param>
    /// <exception cref="DatePatternException">A <c>%</c> is followed by no known code.</exception>
    public static ExpandedDatePattern Expand(string pattern, int latestYear)
    {
        StringBuilder regex = new(pattern.Length * 4), name = new(pattern.Length * 2);
        bool ignoreCase = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%')
            {
                regex.Append(pattern[i]);
                name.Append(pattern[i]);
                continue;
            }

            string code = CodeAt(pattern, i + 1);
            ignoreCase |= code.Length == 1 && NameCodes.Contains(code[0], StringComparison.Ordinal);
            (string accepts, string word) = code == "ExY" ? new DateCode(Years(latestYear), "ExYear") : s_codes[code];
            regex.Append(accepts);
            name.Append(word);
            i += code.Length;
        }

        return new ExpandedDatePattern(regex.ToString(), name.ToString(), ignoreCase);
    }

    private static string CodeAt(string pattern, int index)
    {
        foreach (int length in (ReadOnlySpan<int>)[3, 1])
        {
            if (index + length <= pattern.Length && pattern.Substring(index, length) is var code && (code == "ExY" || s_codes.ContainsKey(code)))
            {
                return code;
            }
        }

        string shown = index < pattern.Length ? pattern.Substring(index - 1, 2) : "%";
        throw new DatePatternException($"'{shown}' is no date code; a literal percent sign is written '%%' ('%%%%' in a configuration file).", pattern, index - 1);
    }

    /// <summary>Four digits of this century up to the given decade, such as <c>20[0-2]\d</c>: numbers like 1998 or 2135 are no years.</summary>
    private static string Years(int latestYear)
    {
        int last = Math.Clamp(latestYear / 10, 202, 999);
        string decades = last < 210 ? $"20[0-{last - 200}]" : $"(?:{string.Join('|', Enumerable.Range(200, last - 199))})";
        return $@"(?P<Y>{decades}\d)";
    }
}

/// <summary>What a code stands for.</summary>
/// <param name="Regex">The Python-dialect regex.</param>
/// <param name="Word">The word for reports.</param>
internal sealed record DateCode(string Regex, string Word);

/// <summary>A date pattern with its codes replaced.</summary>
/// <param name="Regex">The Python-dialect regex, with a named group for each code.</param>
/// <param name="Name">The text for reports.</param>
/// <param name="IgnoreCase">Whether a code for names makes the whole case-insensitive.</param>
internal readonly record struct ExpandedDatePattern(string Regex, string Name, bool IgnoreCase);
