using PSBan.Configuration;

namespace PSBan.Sources.EventLog;

/// <summary>Which events are read: the bracket options of <c>backend = eventlog[channel=Security, query="*[System[EventID=4625]]"]</c>.</summary>
public sealed record EventLogOptions
{
    /// <summary>The name of the back end.</summary>
    public const string Backend = "eventlog";

    /// <summary>Every event of a channel.</summary>
    public const string Everything = "*";

    private static readonly string[] s_known = ["channel", "file", "query"];

    /// <summary>The channel, such as <c>Security</c> or <c>OpenSSH/Operational</c>; null where a file is read, or where the query names its channels itself.</summary>
    public string? Channel { get; init; }

    /// <summary>The path of an <c>.evtx</c> file, to be read once; null where a channel is read.</summary>
    public string? File { get; init; }

    /// <summary>Which events: an XPath of the Windows Event Log, or a whole <c>&lt;QueryList&gt;</c>, which may name several channels.</summary>
    /// <value>The default is <c>*</c>: every event.</value>
    public string Query { get; init; } = Everything;

    /// <summary>How many characters of an event's line are kept; the rest is passed over and said.</summary>
    /// <value>The default is that of files.</value>
    public int LineLimit { get; init; } = FileSourceOptions.DefaultLineLimit;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether the query is a whole <c>&lt;QueryList&gt;</c>.</summary>
    internal bool IsStructured => Query.TrimStart().StartsWith('<');

    /// <summary>Whether a back end, or a log to be tested, is the event log.</summary>
    /// <param name="backend">Its name, with or without brackets.</param>
    public static bool IsEventLog(string backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return backend.Trim() == Backend || backend.TrimStart().StartsWith(Backend + "[", StringComparison.Ordinal);
    }

    /// <summary>Reads the bracket options.</summary>
    /// <param name="backend">The back end as written.</param>
    /// <param name="errors">Receives what is wrong, each as a sentence.</param>
    public static EventLogOptions Read(string backend, ICollection<string> errors)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(errors);
        OptionList? list = OptionList.Parse(backend, out string? error);
        if (list is null)
        {
            errors.Add($"The backend '{backend}' cannot be read: {error}. Write eventlog[channel=Security, query=\"*[System[EventID=4625]]\"].");
            return new EventLogOptions();
        }

        foreach (string name in list.Options.Keys.Where(name => !s_known.Contains(name)))
        {
            errors.Add($"The backend '{list.Name}' has no option '{name}'; it knows {string.Join(", ", s_known)}.");
        }

        EventLogOptions options = new()
        {
            Channel = Text(list, "channel"),
            File = Text(list, "file"),
            Query = Text(list, "query") ?? Everything,
        };
        if (options is { Channel: null, File: null, IsStructured: false })
        {
            errors.Add("The backend 'eventlog' wants to know what to read; write eventlog[channel=Security] or another channel.");
        }
        else if (options is { Channel: not null, File: not null })
        {
            errors.Add("The backend 'eventlog' reads a channel or a file, not both.");
        }

        return options;
    }

    private static string? Text(OptionList list, string name) => list.Options.TryGetValue(name, out string? value) && value.Trim().Length > 0 ? value.Trim() : null;
}
