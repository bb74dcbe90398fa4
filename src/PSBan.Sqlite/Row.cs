using System.Text;
using Microsoft.Data.Sqlite;
using PSBan.Model;
using SQLitePCL;

namespace PSBan.Sqlite;

/// <summary>The current row of a reader, read without a detour: a start reads a hundred thousand of them.</summary>
internal sealed class Row : IDisposable
{
    private readonly SqliteCommand _command;
    private readonly SqliteDataReader _reader;
    private readonly Dictionary<int, (byte[] Bytes, string Text)> _last = [];

    public Row(SqliteCommand command)
    {
        _command = command;
        _reader = command.ExecuteReader();
    }

    public static Row Select(SqliteConnection connection, string sql)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return new Row(command);
    }

    public bool Next() => _reader.Read();

    public long Number(int column) => raw.sqlite3_column_int64(_reader.Handle, column);

    public int Count(int column) => checked((int)Number(column));

    public double Real(int column) => raw.sqlite3_column_double(_reader.Handle, column);

    /// <summary>The bytes of a text or blob, as long as the row stands; empty where there are none.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_reader.Handle, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(_reader.Handle, column) == raw.SQLITE_NULL;

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    /// <summary>A text that is mostly the same as in the row before; then it is the same string.</summary>
    public string SharedText(int column)
    {
        ReadOnlySpan<byte> bytes = Bytes(column);
        if (!_last.TryGetValue(column, out var last) || !bytes.SequenceEqual(last.Bytes))
        {
            _last[column] = last = (bytes.ToArray(), Encoding.UTF8.GetString(bytes));
        }

        return last.Text;
    }

    public BanId Id(int column)
    {
        ReadOnlySpan<byte> bytes = Bytes(column);
        Span<char> text = stackalloc char[64];
        return bytes.Length <= text.Length && Encoding.UTF8.TryGetChars(bytes, text, out int length) && Address.TryParse(text[..length], out Address address)
            ? address
            : Codec.ReadId(Encoding.UTF8.GetString(bytes));
    }

    public DateTimeOffset Time(int column) => Codec.ReadTime(Number(column));

    public Duration Length(int column) => Codec.ReadDuration(Real(column));

    public void Dispose()
    {
        _reader.Dispose();
        _command.Dispose();
    }
}
