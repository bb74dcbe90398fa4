using Microsoft.Data.Sqlite;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Sqlite;

/// <summary>Reads everything that a watch begins with.</summary>
internal static class StateReader
{
    /// <summary>Reads it all as of one moment, even where somebody else is writing.</summary>
    public static StoredState Read(SqliteConnection connection) => Transaction.Read(connection, () => ReadAll(connection));

    private static StoredState ReadAll(SqliteConnection connection)
    {
        Dictionary<string, List<TrackedFailures>> failures = ReadFailures(connection);
        return new StoredState
        {
            Positions = ReadPositions(connection),
            Jails = ReadJails(connection, failures),
            Bans = ReadBans(connection),
            Offenders = ReadOffenders(connection),
        };
    }

    private static Dictionary<PositionKey, LogPosition> ReadPositions(SqliteConnection connection)
    {
        Dictionary<PositionKey, LogPosition> positions = [];
        using SqliteCommand command = Select(connection, "SELECT reader, source, identity, offset, line, cursor FROM positions");
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            positions[new PositionKey(row.GetString(0), row.GetString(1))] = new LogPosition(row.GetString(2), row.GetInt64(3), row.GetInt64(4), Text(row, 5));
        }

        return positions;
    }

    private static Dictionary<string, StoredJail> ReadJails(SqliteConnection connection, Dictionary<string, List<TrackedFailures>> failures)
    {
        Dictionary<string, StoredJail> jails = new(StringComparer.Ordinal);
        using SqliteCommand command = Select(connection, "SELECT name, failed, banned, longest FROM jails");
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            string name = row.GetString(0);
            jails[name] = new StoredJail(row.GetInt64(1), row.GetInt64(2), Codec.ReadDuration(row.GetDouble(3)), failures.GetValueOrDefault(name) ?? []);
        }

        return jails;
    }

    private static Dictionary<string, List<TrackedFailures>> ReadFailures(SqliteConnection connection)
    {
        Dictionary<string, List<TrackedFailures>> jails = new(StringComparer.Ordinal);
        using SqliteCommand command = Select(connection, "SELECT jail, id, times, matches FROM failures ORDER BY last");
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            string jail = row.GetString(0);
            if (!jails.TryGetValue(jail, out List<TrackedFailures>? tracked))
            {
                jails[jail] = tracked = [];
            }

            tracked.Add(new TrackedFailures(Codec.ReadId(row.GetString(1)), Codec.ReadTimes((byte[])row.GetValue(2)), Codec.ReadLines(Text(row, 3))));
        }

        return jails;
    }

    private static List<Ban> ReadBans(SqliteConnection connection)
    {
        List<Ban> bans = [];
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        using SqliteCommand command = Select(connection, "SELECT jail, id, time, duration, failures, count, matches, data FROM bans WHERE how IS NULL");
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            bans.Add(new Ban(Shared(row.GetString(0), names), Codec.ReadId(row.GetString(1)), Codec.ReadTime(row.GetInt64(2)), Codec.ReadDuration(row.GetDouble(3)))
            {
                Failures = row.GetInt32(4),
                Count = row.GetInt32(5),
                Matches = Codec.ReadLines(Text(row, 6)),
                Data = Codec.ReadData(Text(row, 7)),
            });
        }

        return bans;
    }

    private static List<Offender> ReadOffenders(SqliteConnection connection)
    {
        List<Offender> offenders = [];
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        using SqliteCommand command = Select(connection, "SELECT jail, id, time, duration, count FROM offenders ORDER BY time");
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            offenders.Add(new Offender(
                Shared(row.GetString(0), names), Codec.ReadId(row.GetString(1)), Codec.ReadTime(row.GetInt64(2)), Codec.ReadDuration(row.GetDouble(3)), row.GetInt32(4)));
        }

        return offenders;
    }

    private static SqliteCommand Select(SqliteConnection connection, string sql)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>One string for all rows of a jail.</summary>
    private static string Shared(string name, Dictionary<string, string> names)
    {
        if (!names.TryGetValue(name, out string? shared))
        {
            names[name] = shared = name;
        }

        return shared;
    }
}
