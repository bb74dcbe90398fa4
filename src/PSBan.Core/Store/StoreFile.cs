using System.Globalization;

namespace PSBan.Store;

/// <summary>The file of a store, as a file.</summary>
internal static class StoreFile
{
    /// <summary>What may lie beside a database: its write-ahead log and the index to that.</summary>
    private static readonly string[] s_companions = ["-wal", "-shm", "-journal"];

    /// <summary>Gives a damaged store another name, with everything that belongs to it, so that a new one can be made and nothing is lost to whoever wants to mend it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="now">The time, which becomes part of the name.</param>
    /// <returns>The new name.</returns>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public static string SetAside(string path, DateTimeOffset now)
    {
        string stem = string.Create(CultureInfo.InvariantCulture, $"{path}.damaged-{now.UtcDateTime:yyyyMMdd-HHmmss}");
        string aside = stem;
        for (int i = 2; File.Exists(aside); i++)
        {
            aside = string.Create(CultureInfo.InvariantCulture, $"{stem}-{i}");
        }

        // The companions go first: a new database must never meet the write-ahead log of the old one.
        foreach (string companion in s_companions)
        {
            if (File.Exists(path + companion))
            {
                File.Move(path + companion, aside + companion);
            }
        }

        File.Move(path, aside);
        return aside;
    }
}
