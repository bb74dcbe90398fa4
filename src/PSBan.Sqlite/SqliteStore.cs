using Microsoft.Data.Sqlite;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Sqlite;

/// <summary>A store that is an SQLite database. One connection writes; each reading of the history has one of its own.</summary>
internal sealed class SqliteStore : IBanStore
{
    private readonly SqliteConnection _connection;
    private readonly StoreClaim? _claim;
    private readonly CheckpointWriter? _writer;

    private SqliteStore(string path, SqliteConnection connection, StoreClaim? claim, CheckpointWriter? writer)
    {
        (Name, _connection, _claim, _writer) = (path, connection, claim, writer);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Opens a store and, unless it is only to be read, claims it and makes its file where there is none.</summary>
    public static SqliteStore Open(StoreOptions options)
    {
        string path = Path.GetFullPath(options.Path);
        if (options.ReadOnly)
        {
            SqliteConnection reading = Connect(path, SqliteOpenMode.ReadOnly);
            try
            {
                Schema.Check(reading, path);
                return new SqliteStore(path, reading, null, null);
            }
            catch
            {
                reading.Dispose();
                throw;
            }
        }

        StoreClaim claim = StoreClaim.Take(path);
        SqliteConnection? connection = null;
        try
        {
            MakePrivate(path);
            connection = Connect(path, SqliteOpenMode.ReadWrite);
            Schema.Prepare(connection, path);
            StoreClaim.Sign(connection, options.Clock);
            return new SqliteStore(path, connection, claim, new CheckpointWriter(connection, options.MaxMatches));
        }
        catch
        {
            connection?.Dispose();
            claim.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection; what holds the database for longer than a moment is an error that the caller gets over.</summary>
    public static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 2 }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public StoredState Load() => Guard(() => StateReader.Read(_connection));

    /// <inheritdoc/>
    public void Save(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        CheckpointWriter writer = _writer ?? throw new InvalidOperationException("The store was opened for reading.");
        if (!File.Exists(Name))
        {
            // The system lets one write on to a file without a name, and nobody would ever see it again.
            throw SqliteErrors.Damaged(Name, "its file is gone.");
        }

        Guard(() =>
        {
            writer.Write(checkpoint);
            return true;
        });
    }

    /// <inheritdoc/>
    public bool Purge(PurgeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return Guard(() => Purger.Purge(_connection, limits));
    }

    /// <inheritdoc/>
    public IEnumerable<BanHistoryEntry> ReadHistory(HistoryQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        using SqliteConnection connection = Guard(() => Connect(Name, SqliteOpenMode.ReadOnly));
        using HistoryReader reader = Guard(() => new HistoryReader(connection, query));
        while (Guard(reader.Read) is { } entry)
        {
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer?.Dispose();

        // The last connection folds the write-ahead log back and removes it.
        _connection.Dispose();
        _claim?.Dispose();
    }

    private static void MakePrivate(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        // What a file that is gone has left beside it must not be taken for a part of the new one.
        foreach (string companion in (string[])["-wal", "-shm", "-journal"])
        {
            File.Delete(path + companion);
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
    }

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, Name);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or FormatException or InvalidCastException or ArgumentOutOfRangeException)
        {
            // What stands in a column is not what this program writes there.
            throw SqliteErrors.Damaged(Name, e.Message, e);
        }
    }
}
