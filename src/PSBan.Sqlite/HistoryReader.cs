using Microsoft.Data.Sqlite;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Sqlite;

/// <summary>Walks the bans that a query asks for, the latest first.</summary>
internal sealed class HistoryReader : IDisposable
{
    private readonly Row _row;
    private readonly HistoryQuery _query;

    public HistoryReader(SqliteConnection connection, HistoryQuery query)
    {
        _query = query;
        SqliteCommand command = connection.CreateCommand();
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

        command.CommandText =
            $"SELECT jail, id, time, duration, failures, count, matches, ended, how FROM bans WHERE {string.Join(" AND ", conditions)} ORDER BY time DESC, number DESC";
        _row = new Row(command);

        void Where(string condition, string name, object value)
        {
            conditions.Add(condition);
            command.Parameters.AddWithValue(name, value);
        }
    }

    /// <summary>The next one; null behind the last.</summary>
    public BanHistoryEntry? Read()
    {
        while (_row.Next())
        {
            BanHistoryEntry entry = new(_row.SharedText(0), _row.Id(1), _row.Time(2), _row.Length(3))
            {
                Failures = _row.Count(4),
                Count = _row.Count(5),
                Matches = Codec.ReadLines(_row.Bytes(6)),
                Ended = _row.IsNull(7) ? null : _row.Time(7),
                End = _row.IsNull(8) ? null : Codec.ReadEnd(_row.SharedText(8)),
            };
            if (_query.Takes(entry))
            {
                return entry;
            }
        }

        return null;
    }

    public void Dispose() => _row.Dispose();
}
