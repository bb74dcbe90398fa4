using Microsoft.Data.Sqlite;
using PSBan.Store;

namespace PSBan.Sqlite;

/// <summary>Opens stores that are SQLite databases.</summary>
public sealed class SqliteProvider : IBanStoreProvider
{
    static SqliteProvider() => SQLitePCL.Batteries_V2.Init();

    /// <inheritdoc/>
    public IBanStore Open(StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            return SqliteStore.Open(options);
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, options.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Unavailable, $"The store {options.Path} cannot be opened: {e.Message}", e);
        }
    }
}
