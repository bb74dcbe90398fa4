using System.Globalization;
using System.Security;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PSBan.Sources.EventLog;

/// <summary>
/// Where reading stands: the number of the last record of each channel, and the time of the last one. Written as the bookmark of the Windows Event Log (see
/// EvtCreateBookmark), with the time in front: <c>2026-11-20T06:00:00.0000000Z &lt;BookmarkList&gt;…</c>.
/// </summary>
internal sealed class EventBookmark
{
    private readonly Dictionary<string, ulong> _records = new(StringComparer.OrdinalIgnoreCase);
    private string? _current;

    /// <summary>The time of the last event; null where there was none yet.</summary>
    public DateTimeOffset? Time { get; private set; }

    /// <summary>Whether there is a place to resume from.</summary>
    public bool IsEmpty => _records.Count == 0;

    /// <summary>Reads a stored place; null where it is none.</summary>
    public static EventBookmark? Parse(string cursor)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        int blank = cursor.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0 || !DateTimeOffset.TryParse(cursor.AsSpan(0, blank), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            return null;
        }

        try
        {
            EventBookmark bookmark = new() { Time = time };
            foreach (XElement element in XElement.Parse(cursor[(blank + 1)..]).Elements("Bookmark"))
            {
                if ((string?)element.Attribute("Channel") is { Length: > 0 } channel && ulong.TryParse((string?)element.Attribute("RecordId"), CultureInfo.InvariantCulture, out ulong record))
                {
                    bookmark._records[channel] = record;
                    bookmark._current = (string?)element.Attribute("IsCurrent") == "true" ? channel : bookmark._current ?? channel;
                }
            }

            return bookmark.IsEmpty ? null : bookmark;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>Moves behind an event.</summary>
    public void Note(EventLine line)
    {
        if (line.Channel.Length > 0 && line.RecordId > 0)
        {
            _records[line.Channel] = line.RecordId;
            _current = line.Channel;
        }

        Time = line.Time;
    }

    /// <summary>Whether an event was read before this place.</summary>
    public bool Holds(EventLine line) => _records.TryGetValue(line.Channel, out ulong record) && line.RecordId == record;

    /// <summary>The bookmark alone, as the Windows Event Log takes it.</summary>
    public string ToXml()
    {
        StringBuilder xml = new("<BookmarkList>");
        foreach ((string channel, ulong record) in _records)
        {
            string current = channel.Equals(_current, StringComparison.OrdinalIgnoreCase) ? " IsCurrent='true'" : string.Empty;
            xml.Append(CultureInfo.InvariantCulture, $"<Bookmark Channel='{SecurityElement.Escape(channel)}' RecordId='{record}'{current}/>");
        }

        return xml.Append("</BookmarkList>").ToString();
    }

    /// <summary>What is stored.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time?.UtcDateTime:O} {ToXml()}");
}
