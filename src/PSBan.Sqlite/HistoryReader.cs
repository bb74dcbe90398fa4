using Microsoft.Data.Sqlite;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Sqlite;

/// <summary>Walks the bans that a query asks for, the latest first.</summary>
internal sealed class HistoryReader : IDisposable
{
    private readonly SqliteCommand _command;
    private readonly SqliteDataReader _row;
    private readonly HistoryQuery _query;

    public HistoryReader(SqliteConnection connection, HistoryQuery query)
    {
        _query = query;
        _command = connection.CreateCommand();
        List<string> conditions = ["1"];
        if (query.Jail is { } jail)
        {
            Where("jail = $jail COLLATE NOCASE", "$jail", jail);
        }

        // A prefix is looked for row by row; a single identifier has an index.
        if (query.Id is { } id && (!id.IsAddress || id.Address.IsHost))
        {
            Where("id = $id", "$id", Codec.Write(id));
        }

        if (query.After is { } after)
        {
            Where("time >= $after", "$after", Codec.Write(after));
        }

        if (query.Before is { } before)
        {
            Where("time < $before", "$before", Codec.Write(before));
        }

        _command.CommandText =
            $"SELECT jail, id, time, duration, failures, count, matches, ended, how FROM bans WHERE {string.Join(" AND ", conditions)} ORDER BY time DESC, number DESC";
        _row = _command.ExecuteReader();

        void Where(string condition, string name, object value)
        {
            conditions.Add(condition);
            _command.Parameters.AddWithValue(name, value);
        }
    }

    /// <summary>The next one; null behind the last.</summary>
    public BanHistoryEntry? Read()
    {
        while (_row.Read())
        {
            BanHistoryEntry entry = new(_row.GetString(0), Codec.ReadId(_row.GetString(1)), Codec.ReadTime(_row.GetInt64(2)), Codec.ReadDuration(_row.GetDouble(3)))
            {
                Failures = _row.GetInt32(4),
                Count = _row.GetInt32(5),
                Matches = Codec.ReadLines(_row.IsDBNull(6) ? null : _row.GetString(6)),
                Ended = _row.IsDBNull(7) ? null : Codec.ReadTime(_row.GetInt64(7)),
                End = Codec.ReadEnd(_row.IsDBNull(8) ? null : _row.GetString(8)),
            };
            if (_query.Takes(entry))
            {
                return entry;
            }
        }

        return null;
    }

    public void Dispose()
    {
        _row.Dispose();
        _command.Dispose();
    }
}
