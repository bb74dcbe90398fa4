using Microsoft.Data.Sqlite;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Sqlite;

/// <summary>Reads everything that a watch begins with.</summary>
internal static class StateReader
{
    // The lines of more bans than this holds come back with the history only: a jail has a limit for them too, and a start should be quick.
    private const int MostMatchBytes = 16 << 20;

    /// <summary>Reads it all as of one moment, even where somebody else is writing.</summary>
    public static StoredState Read(SqliteConnection connection) => Transaction.Read(connection, () => new StoredState
    {
        Positions = ReadPositions(connection),
        Jails = ReadJails(connection),
        Bans = ReadBans(connection),
        Offenders = ReadOffenders(connection),
    });

    private static Dictionary<PositionKey, LogPosition> ReadPositions(SqliteConnection connection)
    {
        Dictionary<PositionKey, LogPosition> positions = [];
        using var row = Row.Select(connection, "SELECT reader, source, identity, offset, line, cursor FROM positions");
        while (row.Next())
        {
            positions[new PositionKey(row.Text(0), row.Text(1))] = new LogPosition(row.Text(2), row.Number(3), row.Number(4), row.IsNull(5) ? null : row.Text(5));
        }

        return positions;
    }

    private static Dictionary<string, StoredJail> ReadJails(SqliteConnection connection)
    {
        Dictionary<string, List<TrackedFailures>> failures = ReadFailures(connection);
        Dictionary<string, List<WaitingFailure>> waiting = ReadWaiting(connection);
        Dictionary<string, StoredJail> jails = new(StringComparer.Ordinal);
        using var row = Row.Select(connection, "SELECT name, failed, banned, longest, memory FROM jails");
        while (row.Next())
        {
            string name = row.Text(0);
            jails[name] = new StoredJail(row.Number(1), row.Number(2), row.Length(3), failures.GetValueOrDefault(name) ?? [])
            {
                Memory = Codec.ReadMemory(row.Bytes(4)),
                Waiting = waiting.GetValueOrDefault(name) ?? [],
            };
        }

        return jails;
    }

    private static Dictionary<string, List<TrackedFailures>> ReadFailures(SqliteConnection connection)
    {
        // A row that is replaced gets a new number, so the one that failed last has the highest.
        Dictionary<string, List<TrackedFailures>> jails = new(StringComparer.Ordinal);
        using var row = Row.Select(connection, "SELECT jail, id, times, matches FROM failures ORDER BY rowid");
        while (row.Next())
        {
            string jail = row.SharedText(0);
            if (!jails.TryGetValue(jail, out List<TrackedFailures>? tracked))
            {
                jails[jail] = tracked = [];
            }

            tracked.Add(new TrackedFailures(row.Id(1), Codec.ReadTimes(row.Bytes(2)), Codec.ReadLines(row.Bytes(3))));
        }

        return jails;
    }

    private static Dictionary<string, List<WaitingFailure>> ReadWaiting(SqliteConnection connection)
    {
        Dictionary<string, List<WaitingFailure>> jails = new(StringComparer.Ordinal);
        if (!Schema.KnowsWaiting(connection))
        {
            return jails;
        }

        using var row = Row.Select(connection, "SELECT jail, number, id, source, failure FROM waiting ORDER BY jail, number");
        while (row.Next())
        {
            string jail = row.SharedText(0);
            if (!jails.TryGetValue(jail, out List<WaitingFailure>? waiting))
            {
                jails[jail] = waiting = [];
            }

            // The identifier stands in a column of its own, since text that looks like an address would come back as one.
            waiting.Add(new WaitingFailure(row.Number(1), Codec.ReadFailure(row.Bytes(4)) with { Id = row.Id(2) }, row.IsNull(3) ? null : row.Text(3)));
        }

        return jails;
    }

    private static List<Ban> ReadBans(SqliteConnection connection)
    {
        List<Ban> bans = [];
        int room = MostMatchBytes;
        using var row = Row.Select(connection, "SELECT jail, id, time, duration, failures, count, data, matches FROM bans WHERE how IS NULL ORDER BY number DESC");
        while (row.Next())
        {
            ReadOnlySpan<byte> matches = room > 0 ? row.Bytes(7) : [];
            room -= matches.Length;
            bans.Add(new Ban(row.SharedText(0), row.Id(1), row.Time(2), row.Length(3))
            {
                Failures = row.Count(4),
                Count = row.Count(5),
                Data = Codec.ReadData(row.Bytes(6)),
                Matches = Codec.ReadLines(matches),
            });
        }

        // Oldest first, so that where there is a limit it is the oldest that go.
        bans.Reverse();
        return bans;
    }

    private static List<Offender> ReadOffenders(SqliteConnection connection)
    {
        List<Offender> offenders = [];
        using var row = Row.Select(connection, "SELECT jail, id, time, duration, count FROM offenders");
        while (row.Next())
        {
            offenders.Add(new Offender(row.SharedText(0), row.Id(1), row.Time(2), row.Length(3), row.Count(4)));
        }

        return offenders;
    }
}
