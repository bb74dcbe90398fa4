using PSBan.Sources.EventLog;
using PSBan.Sources.Journal;

namespace PSBan.Sources;

/// <summary>Makes the source that a path or glob asks for.</summary>
public static class LogSources
{
    /// <summary>A source to follow.</summary>
    /// <param name="glob">A path, or a glob with <c>*</c>, <c>?</c> and <c>[…]</c>.</param>
    /// <param name="encoding">The encoding of the logs, or <c>auto</c>.</param>
    /// <param name="clock">The clock of the poll.</param>
    public static ILogSource Follow(string glob, string encoding, TimeProvider clock) =>
        new GlobLogSource(glob, new FileSourceOptions { Encoding = encoding, Time = clock });

    /// <summary>Whether a path or glob leads to at least one file now.</summary>
    /// <param name="glob">A path, or a glob.</param>
    public static bool Exists(string glob) => new Glob(glob).Expand([]).Any(File.Exists);

    /// <summary>The named pipes that a path or glob leads to now: what tells them apart whatever their names, and a path.</summary>
    /// <param name="glob">A path, or a glob.</param>
    internal static IReadOnlyDictionary<object, string> Pipes(string glob)
    {
        Dictionary<object, string> pipes = [];
        foreach (string path in new Glob(glob).Expand([]))
        {
            if (FileStatus.TryGet(path, out FileStatus status, out _) && status.IsPipe)
            {
                pipes.TryAdd((status.Device, status.Node), path);
            }
        }

        return pipes;
    }

    /// <summary>A log to read once.</summary>
    /// <param name="path">Its path; <c>.gz</c> is unpacked.</param>
    /// <param name="encoding">Its encoding, or <c>auto</c>.</param>
    public static ILogSource OneShot(string path, string encoding) => new FileLogSource(path, new FileSourceOptions { Encoding = encoding });

    /// <summary>A log to read once: a file, the journal, or the event log.</summary>
    /// <param name="log">The path of a file; or <c>systemd-journal</c> or <c>eventlog</c>, with the bracket options of <c>backend</c>.</param>
    /// <param name="encoding">Its encoding, or <c>auto</c>.</param>
    /// <param name="journalMatch">The lines of <c>journalmatch</c>.</param>
    /// <exception cref="IOException">The options or matches are malformed.</exception>
    public static ILogSource OneShot(string log, string encoding, IEnumerable<string> journalMatch)
    {
        List<string> errors = [];
        if (IsNamed(log) && !IsJournal(log))
        {
            EventLogOptions events = EventLogOptions.Read(log, errors);
            return errors.Count == 0 ? new EventLogSource(events) : throw new IOException(string.Join(' ', errors));
        }

        if (!IsJournal(log))
        {
            return OneShot(log, encoding);
        }

        JournalOptions options = JournalOptions.Read(log, journalMatch, errors);
        return errors.Count == 0 ? new JournalLogSource(options with { Encoding = encoding }) : throw new IOException(string.Join(' ', errors));
    }

    /// <summary>Whether the name of a log is that of the journal and not of a file.</summary>
    /// <param name="log">The name.</param>
    public static bool IsJournal(string log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return log.StartsWith(JournalLogSource.Prefix, StringComparison.Ordinal) && !File.Exists(log);
    }

    /// <summary>Whether the name of a log is not that of a file, but of the journal or the event log.</summary>
    /// <param name="log">The name.</param>
    public static bool IsNamed(string log) => IsJournal(log) || (EventLogOptions.IsEventLog(log) && !File.Exists(log));
}
