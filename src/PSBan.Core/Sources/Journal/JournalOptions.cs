namespace PSBan.Sources.Journal;

/// <summary>Which journal is read, and which of its entries: the bracket options of <c>backend = systemd[…]</c> and the lines of <c>journalmatch</c>.</summary>
public sealed record JournalOptions
{
    /// <summary>sd_journal_open(3): entries of this machine alone; what fail2ban's and journalctl's default comes to.</summary>
    public const int LocalOnly = 1;

    /// <summary>
    /// The matches, each a list of words <c>FIELD=value</c>: of the words in one list those of different fields must all hold, of the same field one; of the
    /// lists one. None is every entry.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Matches { get; init; } = [];

    /// <summary>The directory of the journal files (<c>journalpath</c>); null for the machine's own journal.</summary>
    public string? Directory { get; init; }

    /// <summary>Paths and globs of journal files (<c>journalfiles</c>).</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The flags of sd_journal_open(3) (<c>journalflags</c>).</summary>
    /// <value>The default is <see cref="LocalOnly"/>.</value>
    public int Flags { get; init; } = LocalOnly;

    /// <summary>The journal namespace; null for the default one.</summary>
    public string? Namespace { get; init; }

    /// <summary>After how long a silence it is looked whether journalctl has missed something.</summary>
    internal TimeSpan StallCheck { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The identity of this machine (machine-id(5)), which entries of its own journal carry; null where it has none.</summary>
    internal string? Machine { get; init; } = JournalFiles.MachineId();

    /// <summary>The encoding of text that is not valid UTF-8 (<c>logencoding</c>).</summary>
    /// <value>The default is <c>auto</c>.</value>
    public string Encoding { get; init; } = "auto";

    /// <summary>How many bytes of a message are read; the rest is passed over and said.</summary>
    /// <value>The default is that of files.</value>
    public int LineLimit { get; init; } = FileSourceOptions.DefaultLineLimit;

    /// <summary>The program that reads the journal: a name on the path, or a full path.</summary>
    public string Program { get; init; } = "journalctl";

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether a back end, or a log to be tested, is the journal.</summary>
    /// <param name="backend">Its name, with or without brackets.</param>
    public static bool IsJournal(string backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return backend.StartsWith("systemd", StringComparison.Ordinal);
    }

    /// <summary>Reads the bracket options and the matches.</summary>
    /// <param name="backend">The back end as written: <c>systemd</c> or <c>systemd[journalpath="…", …]</c>.</param>
    /// <param name="matches">The lines of <c>journalmatch</c>.</param>
    /// <param name="errors">Receives what is wrong, each as a sentence.</param>
    public static JournalOptions Read(string backend, IEnumerable<string> matches, ICollection<string> errors)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(matches);
        ArgumentNullException.ThrowIfNull(errors);
        return JournalOptionsReader.Read(backend, matches, errors);
    }
}
