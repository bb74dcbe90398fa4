using Microsoft.Data.Sqlite;
using PSBan.Store;

namespace PSBan.Sqlite;

/// <summary>Puts the database's troubles into words.</summary>
internal static class SqliteErrors
{
    // The result codes of https://www.sqlite.org/rescode.html that are told apart.
    private const int Error = 1;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int Constraint = 19;
    private const int Mismatch = 20;
    private const int NotADatabase = 26;
    private const long LeastFree = 256 << 10;

    public static StoreException Translate(SqliteException e, string path) => e.SqliteErrorCode switch
    {
        Full => NoRoom(path, e),
        InputOutput or CannotOpen when IsDiskFull(path) => NoRoom(path, e),
        Busy or Locked => new StoreException(StoreFailure.Locked, $"The store {path} is held by another program, such as a database shell: {e.Message} Close it there.", e),

        // The last ones: a table or a column that ought to be there is not, or holds what was never written there.
        Corrupt or NotADatabase or Error or Constraint or Mismatch => Damaged(path, e.Message, e),
        _ => new StoreException(StoreFailure.Unavailable, $"The store {path} cannot be used: {e.Message}", e),
    };

    private static StoreException NoRoom(string path, SqliteException e) =>
        new(StoreFailure.Full, $"There is no room for the store {path}: {e.Message} Make room on its disk.", e);

    // The files beside the database are made by ways that do not tell a full disk from other troubles.
    private static bool IsDiskFull(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace < LeastFree;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    public static StoreException Damaged(string path, string detail, Exception? inner = null) =>
        new(StoreFailure.Corrupt, $"The store {path} is damaged: {detail}", inner);
}
