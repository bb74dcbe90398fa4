using System.Globalization;
using Microsoft.Data.Sqlite;
using PSBan.Store;

namespace PSBan.Sqlite;

/// <summary>The claim of one process on a store; the operating system lets go of it when the process ends, however it ends.</summary>
internal sealed class StoreClaim : IDisposable
{
    private readonly FileStream _lock;

    private StoreClaim(FileStream handle) => _lock = handle;

    /// <summary>Claims a store.</summary>
    /// <exception cref="StoreException">Another process holds it; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file beside the store that stands for the claim may not be written.</exception>
    public static StoreClaim Take(string path)
    {
        try
        {
            return new StoreClaim(new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new StoreException(StoreFailure.Locked, $"The store {path} is in use by {Holder(path)}; stop that one, or give this one a store of its own.", e);
        }
    }

    /// <summary>Leaves word who holds the store.</summary>
    public static void Sign(SqliteConnection connection, TimeProvider clock) => Schema.Execute(
        connection,
        string.Create(CultureInfo.InvariantCulture, $"BEGIN; DELETE FROM owner; INSERT INTO owner VALUES ({Environment.ProcessId}, {clock.GetUtcNow().UtcTicks}); COMMIT"));

    public void Dispose() => _lock.Dispose();

    private static string Holder(string path)
    {
        try
        {
            using SqliteConnection connection = SqliteStore.Connect(path, SqliteOpenMode.ReadOnly);
            long process = Schema.Number(connection, "SELECT process FROM owner");
            DateTimeOffset since = Codec.ReadTime(Schema.Number(connection, "SELECT since FROM owner"));
            return string.Create(CultureInfo.InvariantCulture, $"another watch (process {process}, since {since.ToLocalTime():yyyy-MM-dd HH:mm:ss})");
        }
        catch (Exception e) when (e is SqliteException or NullReferenceException)
        {
            return "another watch";
        }
    }
}
