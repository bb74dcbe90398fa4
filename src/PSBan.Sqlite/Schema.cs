using System.Globalization;
using Microsoft.Data.Sqlite;
using PSBan.Store;

namespace PSBan.Sqlite;

/// <summary>
/// The tables, and the settings they work with. Times are counted in ticks of 100 ns from year 1 in UTC, as .NET does, lengths in seconds, and -1 is for ever;
/// <c>datetime(time / 10000000 - 62135596800, 'unixepoch')</c> shows a time.
/// </summary>
internal static class Schema
{
    // "PSBn", so that file(1) and this program tell it from other databases.
    private const int ApplicationId = 0x5053426E;
    private const int Version = 1;

    // A ban stands in 'bans' from its beginning; while 'how' is null it is in force, and no identifier can be in force twice in a jail.
    private const string Tables = """
        CREATE TABLE owner (process INTEGER NOT NULL, since INTEGER NOT NULL);
        CREATE TABLE jails (name TEXT PRIMARY KEY, failed INTEGER NOT NULL, banned INTEGER NOT NULL, longest REAL NOT NULL, memory TEXT);
        CREATE TABLE positions (
            reader TEXT NOT NULL, source TEXT NOT NULL, identity TEXT NOT NULL, offset INTEGER NOT NULL, line INTEGER NOT NULL, cursor TEXT, saved INTEGER NOT NULL,
            PRIMARY KEY (reader, source)) WITHOUT ROWID;
        CREATE TABLE failures (jail TEXT NOT NULL, id TEXT NOT NULL, last INTEGER NOT NULL, times BLOB NOT NULL, matches TEXT, PRIMARY KEY (jail, id));
        CREATE TABLE bans (
            number INTEGER PRIMARY KEY, jail TEXT NOT NULL, id TEXT NOT NULL, time INTEGER NOT NULL, duration REAL NOT NULL, ends INTEGER NOT NULL,
            failures INTEGER NOT NULL, count INTEGER NOT NULL, matches TEXT, data TEXT, ended INTEGER, how TEXT);
        CREATE UNIQUE INDEX bans_in_force ON bans (jail, id) WHERE how IS NULL;
        CREATE INDEX bans_time ON bans (time);
        CREATE INDEX bans_id ON bans (id);
        CREATE TABLE offenders (id TEXT NOT NULL, jail TEXT NOT NULL, time INTEGER NOT NULL, duration REAL NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (id, jail));
        """;

    // Made where it is missing: a store of before has none, and whoever does not know it passes it over.
    private const string LaterTables =
        "CREATE TABLE IF NOT EXISTS waiting (jail TEXT NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL, id TEXT NOT NULL, source TEXT, failure TEXT NOT NULL, PRIMARY KEY (jail, number)) WITHOUT ROWID";

    /// <summary>Makes the tables where the file is empty, and refuses one that is not ours.</summary>
    /// <exception cref="StoreException">The file belongs to another program, or to a later version.</exception>
    public static void Prepare(SqliteConnection connection, string path)
    {
        if (Number(connection, "PRAGMA application_id") == 0 && Number(connection, "SELECT count(*) FROM sqlite_master") == 0)
        {
            // Only an empty database takes this, and without it the file never gives back room.
            Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
            Configure(connection);
            Transaction.Run(
                connection,
                () => Execute(connection, string.Create(CultureInfo.InvariantCulture, $"{Tables}; {LaterTables}; PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}")));
            return;
        }

        Check(connection, path);
        Configure(connection);
        Execute(connection, LaterTables);
    }

    /// <summary>Whether there is a table of failures that wait; a store of before, opened for reading, has none.</summary>
    public static bool KnowsWaiting(SqliteConnection connection) => Number(connection, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'waiting'") > 0;

    /// <summary>Refuses a file that is not ours.</summary>
    /// <exception cref="StoreException">The file belongs to another program, or to a later version.</exception>
    public static void Check(SqliteConnection connection, string path)
    {
        if (Number(connection, "PRAGMA application_id") != ApplicationId)
        {
            throw new StoreException(StoreFailure.Foreign, $"The file {path} is a database, but not one of PSBan; it is left as it is. Name another with 'dbfile', or move it away.");
        }

        long version = Number(connection, "PRAGMA user_version");
        if (version > Version)
        {
            throw new StoreException(
                StoreFailure.Foreign, $"The store {path} was written by a later PSBan (layout {version}, this one knows {Version}); use that, or move the file away to begin afresh.");
        }
    }

    /// <summary>Runs statements that give no answer worth reading.</summary>
    public static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        do
        {
            // Some pragmas do a piece of their work with each row.
            while (reader.Read())
            {
            }
        }
        while (reader.NextResult());
    }

    /// <summary>Runs a statement that answers with a number.</summary>
    public static long Number(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    // With a write-ahead log a commit is one append, readers disturb nobody, and what was committed outlives the process. FULL lets the disk confirm each
    // commit, so that it outlives a power cut too; it costs a few milliseconds a second, on a thread where nobody waits. NORMAL would confirm only when the
    // log is folded back, which may be an hour later.
    private static void Configure(SqliteConnection connection) => Execute(connection, """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA journal_size_limit = 4194304;
        PRAGMA temp_store = MEMORY;
        """);
}
