using System.Globalization;
using Microsoft.Data.Sqlite;
using PSBan.Store;

namespace PSBan.Sqlite;

/// <summary>Forgets what is too old and gives its room back to the disk, a part at a time, so that checkpoints in between need not wait.</summary>
internal static class Purger
{
    private const int MostRows = 20_000;
    private const int MostPages = 4_000;

    /// <returns>Whether there is more to do.</returns>
    public static bool Purge(SqliteConnection connection, PurgeLimits limits)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Parameters.AddWithValue("$now", Codec.Write(limits.Now));
        command.Parameters.AddWithValue("$before", Codec.Write(limits.Before));
        command.Parameters.AddWithValue("$positions", Codec.Write(limits.PositionsBefore));
        string[] names = [.. limits.Jails.Select((_, index) => string.Create(CultureInfo.InvariantCulture, $"$jail{index}"))];
        foreach ((string name, string jail) in names.Zip(limits.Jails))
        {
            command.Parameters.AddWithValue(name, jail);
        }

        bool isMore = false;
        Transaction.Run(connection, () =>
        {
            foreach (string statement in Statements(string.Join(", ", names)))
            {
                command.CommandText = statement;
                isMore |= command.ExecuteNonQuery() >= MostRows;
            }
        });
        GiveBack(connection);
        return isMore || Schema.Number(connection, "PRAGMA freelist_count") > 0;
    }

    private static IEnumerable<string> Statements(string running)
    {
        string limit = string.Create(CultureInfo.InvariantCulture, $"LIMIT {MostRows}");

        // Bans of jails that run are ended by them; those of others have nobody else.
        yield return $"UPDATE bans SET ended = ends, how = 'expired' WHERE number IN (SELECT number FROM bans WHERE how IS NULL AND ends < $now AND jail NOT IN ({running}) {limit})";
        yield return $"DELETE FROM bans WHERE number IN (SELECT number FROM bans WHERE time < $before AND how IS NOT NULL {limit})";
        yield return $"DELETE FROM offenders WHERE rowid IN (SELECT rowid FROM offenders WHERE time < $before AND duration >= 0 AND time + duration * 30000000 < $before {limit})";
        yield return $"DELETE FROM failures WHERE rowid IN (SELECT rowid FROM failures WHERE last < $before AND jail NOT IN ({running}) {limit})";

        // Nobody asks about them any more.
        yield return $"DELETE FROM waiting WHERE jail NOT IN ({running}) AND time < $before";
        yield return "DELETE FROM positions WHERE saved < $positions";
        yield return $"""
            DELETE FROM jails WHERE name NOT IN ({running})
            AND NOT EXISTS (SELECT 1 FROM bans WHERE jail = name) AND NOT EXISTS (SELECT 1 FROM failures WHERE jail = name)
            AND NOT EXISTS (SELECT 1 FROM waiting WHERE jail = name)
            """;
    }

    private static void GiveBack(SqliteConnection connection)
    {
        if (Schema.Number(connection, "PRAGMA freelist_count") > 0)
        {
            Schema.Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({MostPages})"));
            Schema.Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }
}
