using PSBan.Configuration;
using PSBan.Model;
using PSBan.Sources;
using PSBan.Sources.EventLog;
using PSBan.Sources.Journal;

namespace PSBan.Watch;

/// <summary>One source that a jail reads. Jails whose plans have one key share the reader.</summary>
/// <param name="Key">What the reader and its stored positions are known by.</param>
/// <param name="AtEnd">Whether to begin at the end where there is no stored position.</param>
/// <param name="Open">Makes the source.</param>
internal sealed record SourcePlan(string Key, bool AtEnd, Func<TimeProvider, ILogSource> Open)
{
    private static readonly string[] s_fileBackends = ["auto", "pyinotify", "polling", "gamin"];

    /// <summary>The path or glob of the files that it reads; null where it reads none.</summary>
    public string? Glob { get; init; }

    /// <summary>Decides what a jail reads: files, or the journal where its back end says so or where there is no file.</summary>
    /// <param name="jail">The jail.</param>
    /// <param name="mayBeNone">Whether it can do without any.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <returns>The sources; null where the jail is not to run.</returns>
    public static IReadOnlyList<SourcePlan>? Choose(JailOptions jail, bool mayBeNone, ICollection<Problem> problems)
    {
        string backend = jail.Backend.Value.Trim();
        string encoding = jail.LogEncoding.Value;
        if (!LogEncoding.Find(encoding, out _))
        {
            problems.Add(new Problem(
                ProblemSeverity.Error, ProblemCodes.InvalidValue, $"There is no encoding '{encoding}'; write auto, utf-8, utf-16, latin-1, cp1252 or another name of IANA's.", jail.LogEncoding.Location, jail.Name));
            return null;
        }

        if (JournalOptions.IsJournal(backend))
        {
            return Journal(jail, backend, problems);
        }

        if (EventLogOptions.IsEventLog(backend))
        {
            return Events(jail, backend, problems);
        }

        string name = OptionList.Parse(backend, out _)?.Name ?? backend;
        if (!s_fileBackends.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(new Problem(
                ProblemSeverity.Warning, ProblemCodes.InvalidValue, $"There is no backend '{name}'; write auto, polling, pyinotify, systemd or eventlog. Files are followed as with auto.", Place(jail), jail.Name));
        }

        if (!jail.LogPaths.Any(path => LogSources.Exists(path.Glob)))
        {
            if (name.StartsWith("auto", StringComparison.OrdinalIgnoreCase) && jail.SystemdIfNoLogs.Value && jail.HasOwnJournalMatch && JournalLogSource.IsAvailable)
            {
                problems.Add(new Problem(ProblemSeverity.Warning, "JournalInstead", "There is no log file, so the jail reads the systemd journal (systemd_if_nologs).", Place(jail), jail.Name));
                return Journal(jail, "systemd", problems);
            }

            if (jail.SkipIfNoLogs.Value)
            {
                problems.Add(new Problem(ProblemSeverity.Warning, "JailSkipped", "There is no log file, so the jail is passed over (skip_if_nologs).", jail.Location, jail.Name));
                return null;
            }

            if (jail.LogPaths.Count == 0 && !mayBeNone)
            {
                problems.Add(new Problem(
                    ProblemSeverity.Error, ProblemCodes.NoLogPath, "The jail has no logpath; write 'logpath = /var/log/…', or 'backend = systemd' to read the journal.", Place(jail), jail.Name));
                return null;
            }
        }

        return [.. jail.LogPaths.Select(path => new SourcePlan(
            encoding == "auto" ? path.Glob : $"{path.Glob} ({encoding})", path.Tail, clock => LogSources.Follow(path.Glob, encoding, clock)) { Glob = path.Glob })];
    }

    private static SourcePlan[] Journal(JailOptions jail, string backend, ICollection<Problem> problems)
    {
        List<string> errors = [];
        JournalOptions options = JournalOptions.Read(backend, jail.Filter.JournalMatch.Select(match => match.Value), errors) with { Encoding = jail.LogEncoding.Value };
        foreach (string error in errors)
        {
            problems.Add(new Problem(ProblemSeverity.Error, ProblemCodes.InvalidValue, error, Place(jail), jail.Name));
        }

        if (options.Matches.Count == 0 && errors.Count == 0)
        {
            problems.Add(new Problem(
                ProblemSeverity.Warning,
                "NoJournalMatch",
                "The jail has no journalmatch, so every entry of the journal is looked at; write for instance journalmatch = _SYSTEMD_UNIT=name.service.",
                Place(jail),
                jail.Name));
        }

        string name = new JournalLogSource(options).Name;
        return [new SourcePlan(options.Encoding == "auto" ? name : $"{name} ({options.Encoding})", false, clock => new JournalLogSource(options with { Time = clock }))];
    }

    private static SourcePlan[] Events(JailOptions jail, string backend, ICollection<Problem> problems)
    {
        List<string> errors = [];
        EventLogOptions options = EventLogOptions.Read(backend, errors);
        if (options.File is not null)
        {
            errors.Add("A file of events is read once, as by psban test, and cannot be followed; write eventlog[channel=…].");
        }

        if (!EventLogSource.IsAvailable)
        {
            errors.Add("The jail reads the Windows Event Log, which this machine does not have.");
        }

        foreach (string error in errors)
        {
            problems.Add(new Problem(ProblemSeverity.Error, ProblemCodes.InvalidValue, error, Place(jail), jail.Name));
        }

        return [new SourcePlan(new EventLogSource(options).Name, false, clock => new EventLogSource(options with { Time = clock }))];
    }

    private static SourceLocation Place(JailOptions jail) => jail.Backend.Location.File is null ? jail.Location : jail.Backend.Location;
}
