using Microsoft.Data.Sqlite;

namespace PSBan.Sqlite;

/// <summary>Runs work in a transaction, as a whole or not at all.</summary>
internal static class Transaction
{
    /// <summary>Runs work that writes.</summary>
    public static void Run(SqliteConnection connection, Action work) => Run(connection, "BEGIN IMMEDIATE", () =>
    {
        work();
        return true;
    });

    /// <summary>Runs work that reads everything as of one moment.</summary>
    public static T Read<T>(SqliteConnection connection, Func<T> work) => Run(connection, "BEGIN", work);

    private static T Run<T>(SqliteConnection connection, string begin, Func<T> work)
    {
        Schema.Execute(connection, begin);
        try
        {
            T result = work();
            Schema.Execute(connection, "COMMIT");
            return result;
        }
        catch
        {
            try
            {
                Schema.Execute(connection, "ROLLBACK");
            }
            catch (SqliteException)
            {
                // After some errors (a full disk) the database has rolled back by itself.
            }

            throw;
        }
    }
}
