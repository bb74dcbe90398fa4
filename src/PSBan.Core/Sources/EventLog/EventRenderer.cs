using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PSBan.Sources.EventLog;

/// <summary>
/// Makes one line of an event's XML: <c>Provider EventID Computer pid="…" Name="value" Name="value" …</c>, the values in the order of the event.
/// <list type="bullet">
/// <item>Provider and computer are one word each: a character other than a letter, a digit, <c>.</c>, <c>-</c>, <c>/</c> or <c>_</c> becomes <c>_</c>.</item>
/// <item><c>pid</c> is the process that wrote the event, as the log itself notes it.</item>
/// <item>Names are those of <c>EventData</c>; values without a name are <c>Data1</c>, <c>Data2</c>, …; of <c>UserData</c> they are the names of the innermost elements.
/// A name that comes again has <c>.2</c> behind it, and so on. Other characters in them become <c>_</c> too.</item>
/// <item>Values stand in double quotes, written as in an attribute of XML: <c>&amp;amp;</c>, <c>&amp;lt;</c>, <c>&amp;quot;</c>, and <c>&amp;#61;</c> for the equals sign;
/// control characters and line separators are <c>&amp;#10;</c> and the like. So no value can end its quotes, look like another name, or end the line, whoever chose
/// it.</item>
/// </list>
/// </summary>
internal static class EventRenderer
{
    private static readonly XmlReaderSettings s_settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CheckCharacters = false };

    /// <summary>Makes the line.</summary>
    /// <param name="xml">The event as EvtRender gives it.</param>
    /// <param name="limit">The most characters of the line.</param>
    /// <returns>The line; null where the XML is no event.</returns>
    public static EventLine? Render(string xml, int limit)
    {
        ArgumentNullException.ThrowIfNull(xml);
        XElement root;
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml.TrimEnd('\0')), s_settings);
            root = XElement.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException)
        {
            return null;
        }

        if (root.Name.LocalName != "Event" || Child(root, "System") is not { } system || TimeOf(system) is not { } time || Child(system, "EventID") is not { } id)
        {
            return null;
        }

        XElement? provider = Child(system, "Provider");
        var line = new StringBuilder();
        line.Append(Word((string?)provider?.Attribute("Name") ?? (string?)provider?.Attribute("EventSourceName")))
            .Append(' ').Append(Word(id.Value))
            .Append(' ').Append(Word(Child(system, "Computer")?.Value));
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        (string, string)[] process = (string?)Child(system, "Execution")?.Attribute("ProcessID") is { } pid ? [("pid", pid)] : [];
        foreach ((string name, string value) in process.Concat(Values(root)))
        {
            string word = Word(name);
            int count = names[word] = names.GetValueOrDefault(word) + 1;
            line.Append(' ').Append(word).Append(count > 1 ? string.Create(CultureInfo.InvariantCulture, $".{count}") : string.Empty).Append("=\"");
            AppendValue(line, value);
            line.Append('"');
        }

        bool wasCut = line.Length > limit;
        _ = ulong.TryParse(Child(system, "EventRecordID")?.Value, CultureInfo.InvariantCulture, out ulong record);
        return new EventLine(wasCut ? line.ToString(0, limit) : line.ToString(), time, Child(system, "Channel")?.Value.Trim() ?? string.Empty, record, wasCut);
    }

    /// <summary>Writes a value so that it stays one.</summary>
    internal static void AppendValue(StringBuilder line, ReadOnlySpan<char> value)
    {
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (char.IsSurrogate(c))
            {
                bool isPair = char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]);
                line.Append(isPair ? value.Slice(i++, 2) : "\uFFFD");
                continue;
            }

            switch (c)
            {
                case '&':
                    line.Append("&amp;");
                    break;
                case '<':
                    line.Append("&lt;");
                    break;
                case '"':
                    line.Append("&quot;");
                    break;
                case '=' or '\u2028' or '\u2029' or < ' ' or (>= '\u007F' and <= '\u009F'):
                    line.Append(CultureInfo.InvariantCulture, $"&#{(int)c};");
                    break;
                default:
                    line.Append(c);
                    break;
            }
        }
    }

    private static string Word(string? text) =>
        string.IsNullOrEmpty(text) ? "-" : string.Create(text.Length, text, (word, from) =>
        {
            for (int i = 0; i < word.Length; i++)
            {
                word[i] = char.IsAsciiLetterOrDigit(from[i]) || from[i] is '.' or '-' or '/' or '_' ? from[i] : '_';
            }
        });

    private static IEnumerable<(string Name, string Value)> Values(XElement root)
    {
        // Sections are the children of the event itself; what a value holds is text and opens none.
        int unnamed = 0;
        foreach (XElement element in root.Elements().Where(section => section.Name.LocalName == "EventData").Elements())
        {
            if (element.Name.LocalName == "Data")
            {
                yield return ((string?)element.Attribute("Name") ?? string.Create(CultureInfo.InvariantCulture, $"Data{++unnamed}"), element.Value);
            }
            else if (element.Name.LocalName != "Binary")
            {
                foreach (XElement leaf in element.DescendantsAndSelf().Where(leaf => !leaf.HasElements))
                {
                    yield return ((string?)leaf.Attribute("Name") ?? leaf.Name.LocalName, leaf.Value);
                }
            }
        }

        foreach (XElement leaf in root.Elements().Where(section => section.Name.LocalName == "UserData").Descendants().Where(leaf => !leaf.HasElements))
        {
            yield return (leaf.Name.LocalName, leaf.Value);
        }
    }

    private static XElement? Child(XElement parent, string name) => parent.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    private static DateTimeOffset? TimeOf(XElement system) =>
        DateTimeOffset.TryParse((string?)Child(system, "TimeCreated")?.Attribute("SystemTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
