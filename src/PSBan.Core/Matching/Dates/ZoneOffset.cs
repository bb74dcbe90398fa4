using System.Collections.Frozen;

namespace PSBan.Matching.Dates;

/// <summary>
/// Fixed time zones: an abbreviation, an offset, or both added up (<c>CET</c>, <c>-0400</c>, <c>UTC+02:00</c>). Abbreviations mean what
/// fail2ban takes them for; where two places share one, that is a choice and not a fact (<c>CST</c> is −6 h, <c>IST</c> unknown).
/// </summary>
internal static class ZoneOffset
{
    private static readonly FrozenDictionary<string, int> s_minutes = Build(
        (-12, "Y"), (-11, "X NUT SST"), (-10, "W CKT HAST HST TAHT TKT"), (-9.5, "MART MIT"), (-9, "V AKST GAMT GIT HADT HNY"),
        (-8, "U AKDT CIST HAY HNP PST PT"), (-7, "T HAP HNR MST PDT"), (-6, "S CST EAST GALT HAR HNC MDT"),
        (-5, "R CDT COT EASST ECT EST ET HAC HNE PET"), (-4.5, "HLV VET"), (-4, "Q AST BOT CLT COST EDT FKT GYT HAE HNA PYT"),
        (-3.5, "HNT NST NT"), (-3, "P ADT ART BRT CLST FKST GFT HAA PMST PYST SRT UYT WGT"), (-2.5, "HAT NDT"),
        (-2, "O BRST FNT PMDT UYST WGST"), (-1, "N AZOT CVT EGT"), (0, "Z EGST GMT UTC WET WT"), (1, "A CET DFT WAT WEDT WEST"),
        (2, "B CAT CEDT CEST EET SAST WAST"), (3, "C EAT EEDT EEST IDT MSK"), (3.5, "IRST"), (4, "D AMT AZT GET GST KUYT MSD MUT RET SAMT SCT"),
        (4.5, "AFT IRDT"), (5, "E AMST AQTT AZST HMT MAWT MVT PKT TFT TJT TMT UZT YEKT"), (5.5, "SLT"), (5.75, "NPT"),
        (6, "F ALMT BIOT BTT IOT KGT NOVT OMST YEKST"), (6.5, "CCT MMT"), (7, "G CXT DAVT HOVT ICT KRAT NOVST OMSST THA WIB"),
        (8, "H ACT AWST BDT BNT CAST HKT IRKT KRAST MYT PHT SGT ULAT WITA WST"), (9, "I AWDT IRKST JST KST PWT TLT WDT WIT YAKT"), (9.5, "ACST"),
        (10, "K AEST ChST PGT VLAT YAKST YAPT"), (10.5, "ACDT LHST"), (11, "L AEDT LHDT MAGT NCT PONT SBT VLAST VUT"), (11.5, "NFT"),
        (12, "M ANAST ANAT FJT GILT MAGST MHT NZST PETST PETT TVT WFT"), (13, "FJST NZDT"));

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> s_byName = s_minutes.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Reads a fixed zone.</summary>
    /// <param name="text">An abbreviation of one or three to five capitals, an offset <c>±hh</c>, <c>±hhmm</c>, <c>±hh:mm</c>, or both.</param>
    /// <param name="minutes">Minutes east of Greenwich.</param>
    /// <returns>Whether the text is a zone whose offset is known.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        int sign = text.IndexOfAny('+', '-');
        ReadOnlySpan<char> name = sign < 0 ? text : text[..sign];
        if (!name.IsEmpty && !s_byName.TryGetValue(name, out minutes))
        {
            return false;
        }

        if (sign < 0)
        {
            return true;
        }

        bool isOffset = TryOffset(UnicodeDigits.ToAscii(text[(sign + 1)..]), out int offset);
        minutes += text[sign] == '-' ? -offset : offset;
        return isOffset;
    }

    /// <summary>Reads <c>hh</c>, <c>hhmm</c> or <c>hh:mm</c>, less than 20 hours.</summary>
    private static bool TryOffset(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        ReadOnlySpan<char> rest = text.Length > 2 ? text[(text[2] == ':' ? 3 : 2)..] : default;
        if (text.Length < 2 || text[0] is not ('0' or '1') || !char.IsAsciiDigit(text[1]) || (text.Length > 2 && rest.Length != 2) || rest.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        minutes = (((text[0] - '0') * 10) + text[1] - '0') * 60;
        minutes += rest.IsEmpty ? 0 : ((rest[0] - '0') * 10) + rest[1] - '0';
        return true;
    }

    private static FrozenDictionary<string, int> Build(params (double Hours, string Names)[] rows) =>
        rows.SelectMany(row => row.Names.Split(' '), (row, name) => KeyValuePair.Create(name, (int)(row.Hours * 60))).ToFrozenDictionary(StringComparer.Ordinal);
}
