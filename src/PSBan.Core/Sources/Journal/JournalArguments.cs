namespace PSBan.Sources.Journal;

/// <summary>Turns options into the arguments of journalctl(1).</summary>
internal static class JournalArguments
{
    // sd_journal_open(3)
    private const int RuntimeOnly = 2;
    private const int System = 4;
    private const int CurrentUser = 8;
    private const int OsRoot = 16;
    private const int AllNamespaces = 32;
    private const int IncludeDefaultNamespace = 64;

    /// <summary>The fields that lines are made of; the cursor and the time of an entry come with them unasked.</summary>
    private const string Fields =
        "MESSAGE,_HOSTNAME,SYSLOG_IDENTIFIER,_COMM,SYSLOG_PID,_PID,_SOURCE_REALTIME_TIMESTAMP,_SOURCE_MONOTONIC_TIMESTAMP";

    /// <summary>Everything from a place on, without an end where it is followed.</summary>
    /// <param name="options">Which journal and which entries.</param>
    /// <param name="follow">Whether to go on when the end is reached.</param>
    /// <param name="place">Words that say where to begin; none for the start.</param>
    public static IReadOnlyList<string> From(JournalOptions options, bool follow, params IEnumerable<string> place)
    {
        // The default of following is to begin with the last ten entries.
        IEnumerable<string> mode = follow ? ["--follow", "--no-tail"] : [];
        return [.. Common(options), "--quiet", .. mode, .. place, .. Matches(options)];
    }

    /// <summary>The last entry that there is.</summary>
    public static IReadOnlyList<string> Last(JournalOptions options) => [.. Common(options), "--lines=1", .. Matches(options)];

    /// <summary>Begins with an entry, or with the one that comes behind where it stood.</summary>
    public static string Cursor(string cursor) => $"--cursor={cursor}";

    /// <summary>Begins with entries of a time.</summary>
    public static string Since(DateTimeOffset time)
    {
        long microseconds = Math.Max(0, (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond);
        return string.Create(global::System.Globalization.CultureInfo.InvariantCulture, $"--since=@{microseconds / 1_000_000}.{microseconds % 1_000_000:000000}");
    }

    private static List<string> Common(JournalOptions options)
    {
        // Without --merge, --follow shows the present boot alone (systemd 251 and later), or of many machines' journals that of one; what --merge would add
        // to the machine's own journal is kept out by a match.
        List<string> words = ["--no-pager", "--merge", "--output=export", $"--output-fields={Fields}"];
        bool has(int flag) => (options.Flags & flag) != 0;
        if (options.Files.Count > 0)
        {
            words.AddRange(options.Files.Select(file => $"--file={file}"));
        }
        else if (options.Directory is { } directory)
        {
            words.Add(has(OsRoot) ? $"--root={directory}" : $"--directory={directory}");
        }
        else if (has(RuntimeOnly))
        {
            // There is no option for what lies in memory alone; it has its own directory, however.
            words.Add("--directory=/run/log/journal");
        }

        if (has(System) != has(CurrentUser) && options.Files.Count == 0)
        {
            words.Add(has(System) ? "--system" : "--user");
        }

        if (has(AllNamespaces))
        {
            words.Add("--namespace=*");
        }
        else if (options.Namespace is { } name)
        {
            words.Add(has(IncludeDefaultNamespace) && !name.StartsWith('+') ? $"--namespace=+{name}" : $"--namespace={name}");
        }

        return words;
    }

    private static IEnumerable<string> Matches(JournalOptions options)
    {
        string[] machine = options.Machine is { } id && (options.Flags & JournalOptions.LocalOnly) != 0 && options.Directory is null && options.Files.Count == 0
            ? [$"_MACHINE_ID={id}"]
            : [];
        IEnumerable<IReadOnlyList<string>> alternatives = options.Matches.Count > 0 ? options.Matches : machine.Length > 0 ? [[]] : [];
        bool isFirst = true;
        foreach (IReadOnlyList<string> alternative in alternatives)
        {
            // Behind the first word nothing is an option, whatever a match looks like.
            yield return isFirst ? "--" : "+";
            isFirst = false;
            foreach (string word in alternative.Concat(machine))
            {
                yield return word;
            }
        }
    }
}
