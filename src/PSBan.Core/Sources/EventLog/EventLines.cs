using System.Text;

namespace PSBan.Sources.EventLog;

/// <summary>Gathers the lines of a block.</summary>
internal sealed class EventLines(int limit)
{
    private readonly StringBuilder _text = new();
    private List<DateTimeOffset> _times = [];

    /// <summary>Adds the line of an event.</summary>
    /// <param name="xml">The event.</param>
    /// <param name="use">Whether it is wanted; null for all.</param>
    /// <returns>The line; null where the XML is no event.</returns>
    public EventLine? Add(string xml, Func<EventLine, bool>? use = null)
    {
        EventLine? line = EventRenderer.Render(xml, limit);
        if (line is not null && use?.Invoke(line) != false)
        {
            _text.Append(line.Text).Append('\n');
            _times.Add(line.Time);
        }

        return line;
    }

    /// <summary>Hands out what was gathered; null where that is nothing.</summary>
    public (ReadOnlyMemory<char> Text, IReadOnlyList<DateTimeOffset> Times)? Take()
    {
        if (_times.Count == 0)
        {
            return null;
        }

        (ReadOnlyMemory<char>, IReadOnlyList<DateTimeOffset>) block = (_text.ToString().AsMemory(), _times);
        _text.Clear();
        _times = [];
        return block;
    }
}
