using System.Globalization;
using System.Security;

namespace PSBan.Sources.EventLog;

/// <summary>Words what is asked of the event log.</summary>
internal static class EventQuery
{
    /// <summary>
    /// The structured query: the events of the channel that the XPath selects, and none from before a moment, which the log itself keeps back. A query that is
    /// structured already stays as it is.
    /// </summary>
    public static string Of(EventLogOptions options, DateTimeOffset? since)
    {
        if (options.IsStructured)
        {
            return options.Query.Trim();
        }

        string path = SecurityElement.Escape(options.File is { } file ? "file://" + file : options.Channel)!;
        string select = SecurityElement.Escape(options.Query)!;
        string suppress = since is { } time
            ? $"<Suppress Path=\"{path}\">*[System[TimeCreated[@SystemTime &lt; '{Stamp(time)}']]]</Suppress>"
            : string.Empty;
        return $"<QueryList><Query Id=\"0\" Path=\"{path}\"><Select Path=\"{path}\">{select}</Select>{suppress}</Query></QueryList>";
    }

    /// <summary>The name that a log with its query is known by.</summary>
    public static string NameOf(EventLogOptions options)
    {
        List<string> words = [];
        Add("channel", options.Channel);
        Add("file", options.File);
        Add("query", options.Query == EventLogOptions.Everything ? null : options.Query.Trim());
        return $"{EventLogOptions.Backend}[{string.Join(", ", words)}]";

        void Add(string option, string? value)
        {
            if (value is not null)
            {
                words.Add(value.Contains('"', StringComparison.Ordinal) ? $"{option}='{value}'" : $"{option}=\"{value}\"");
            }
        }
    }

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
