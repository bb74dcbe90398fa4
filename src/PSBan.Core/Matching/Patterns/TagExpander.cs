using System.Buffers;
using System.Text;
using PSBan.Configuration;

namespace PSBan.Matching.Patterns;

/// <summary>Replaces fail2ban's tags (<c>&lt;HOST&gt;</c>, <c>&lt;F-USER&gt;…&lt;/F-USER&gt;</c>) by the Python pattern they stand for.</summary>
internal static class TagExpander
{
    private const string Ip4 = @"(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})";
    private const string Ip6 = "(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|:){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):))";
    private const string Dns = @"(?P<dns>[\w\-.^_]*\w)";
    private const string Cidr = @"(?P<cidr>\d+)";
    private const string Address = $@"\[?(?:{Ip4}|{Ip6})\]?";
    private const string Subnet = $@"\[?(?:{Ip4}|{Ip6})(?:/{Cidr})?\]?";

    private static readonly SearchValues<char> s_nameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    /// <summary>Expands every tag of a pattern.</summary>
    /// <param name="written">The pattern as it was written.</param>
    /// <param name="useDns">Whether <c>&lt;HOST&gt;</c> may be a name.</param>
    public static ExpandedPattern Expand(string written, UseDns useDns)
    {
        var text = new StringBuilder(written.Length + 64);
        var pieces = new List<ExpandedPattern.Piece>();
        var opened = new HashSet<string>(StringComparer.Ordinal);
        int copied = 0;
        int skipLines = 0;
        for (int at = written.IndexOf('<'); at >= 0; at = written.IndexOf('<', at + 1))
        {
            if (TagEnd(written, at) is not (> 0 and var end) || Replacement(written[(at + 1)..(end - 1)], useDns, opened, ref skipLines) is not { } replacement)
            {
                continue;
            }

            Copy(copied, at);
            pieces.Add(new ExpandedPattern.Piece(text.Length, at, IsTag: true));
            text.Append(replacement);
            copied = end;
            at = end - 1;
        }

        Copy(copied, written.Length);
        return new ExpandedPattern(written, text.ToString(), pieces);

        void Copy(int from, int to)
        {
            pieces.Add(new ExpandedPattern.Piece(text.Length, from, IsTag: false));
            text.Append(written, from, to - from);
        }
    }

    /// <summary>The place after a tag's <c>&gt;</c>; 0 where no tag stands at this <c>&lt;</c>.</summary>
    private static int TagEnd(string written, int open)
    {
        int at = open + 1;
        at += at < written.Length && written[at] == '/' ? 1 : 0;
        int name = at;
        while (at < written.Length && (char.IsAsciiLetterOrDigit(written[at]) || written[at] is '_' or '-'))
        {
            at++;
        }

        if (at == name)
        {
            return 0;
        }

        at += at < written.Length && written[at] == '/' ? 1 : 0;
        return at < written.Length && written[at] == '>' ? at + 1 : 0;
    }

    private static string? Replacement(string tag, UseDns useDns, HashSet<string> opened, ref int skipLines)
    {
        switch (tag)
        {
            case "HOST":
                return useDns == UseDns.No ? Address : $"(?:{Address}|{Dns})";
            case "ADDR" or "F-ADDR/":
                return Address;
            case "IP4" or "F-IP4/":
                return Ip4;
            case "IP6" or "F-IP6/":
                return Ip6;
            case "DNS" or "F-DNS/":
                return Dns;
            case "CIDR" or "F-CIDR/":
                return Cidr;
            case "SUBNET" or "F-SUBNET/":
                return Subnet;
            case "F-ID/":
                return @"(?P<fid>\S+)";
            case "F-PORT/":
                return @"(?P<fport>\w+)";
            case "SKIPLINES":
                return $@"\n(?P<skiplines{skipLines++}>(?:(?:.*\n)*?))";
        }

        bool closes = tag[0] == '/';
        string name = closes ? tag[1..] : tag;
        if (!name.StartsWith("F-", StringComparison.Ordinal) || name.Length == 2 || name.AsSpan(2).ContainsAnyExcept(s_nameCharacters))
        {
            return null;
        }

        // A closing tag that no opening tag came before stays the text it is.
        if (closes)
        {
            return opened.Contains(name) ? ")" : null;
        }

        opened.Add(name);
        return $"(?P<{GroupName(name[2..])}>";
    }

    private static string GroupName(string tag) => tag switch
    {
        "ID" => "fid",
        "PORT" => "fport",
        _ => tag.ToLowerInvariant(),
    };
}
