namespace PSBan.Sources.Journal;

/// <summary>The files that a journal lies in.</summary>
internal static class JournalFiles
{
    private static readonly string[] s_standard = ["/var/log/journal", "/run/log/journal"];

    /// <summary>Refuses a machine without a journal, which journalctl itself takes for one without entries.</summary>
    /// <exception cref="IOException">There is no journal.</exception>
    public static void ThrowIfMissing(JournalOptions options)
    {
        if (options.Files.Count == 0 && options.Directory is null && !Array.Exists(s_standard, Directory.Exists))
        {
            throw new IOException($"This machine has no journal: neither {string.Join(" nor ", s_standard)} exists. A journal elsewhere is named with backend = systemd[journalpath=\"…\"].");
        }
    }

    /// <summary>Whether there is a journal file where the machine's own journal lies.</summary>
    public static bool AnyStandard() => Array.Exists(s_standard, folder => new Glob(folder + "/*/*.journal").Expand([]).Count > 0);

    /// <summary>The identity of this machine; null where there is none, as in many containers.</summary>
    public static string? MachineId()
    {
        try
        {
            string id = File.ReadAllText("/etc/machine-id").Trim();
            return id.Length == 32 && id.All(char.IsAsciiHexDigitLower) ? id : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Tells apart which files given paths and globs lead to: journalctl follows a new file of a directory, but not one that takes the place of a file that was
    /// named to it.
    /// </summary>
    public static string Snapshot(JournalOptions options)
    {
        IEnumerable<string> paths = options.Files.SelectMany(file => new Glob(file).Expand([])).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return string.Join('\n', paths.Select(path => FileStatus.TryGet(path, out FileStatus status, out _) ? $"{path} {status.Device} {status.Node}" : path));
    }
}
