using Microsoft.Data.Sqlite;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.Sqlite;

/// <summary>Writes checkpoints, each in one transaction, with statements that are prepared once.</summary>
internal sealed class CheckpointWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly int _maxMatches;
    private readonly Statement _position;
    private readonly Statement _jail;
    private readonly Statement _forget;
    private readonly Statement _track;
    private readonly Statement _settle;
    private readonly Statement _wait;
    private readonly Statement _enter;
    private readonly Statement _change;
    private readonly Statement _end;
    private readonly Statement _offend;
    private readonly Statement _forgive;

    public CheckpointWriter(SqliteConnection connection, int maxMatches)
    {
        (_connection, _maxMatches) = (connection, maxMatches);
        _position = new Statement(connection, "INSERT OR REPLACE INTO positions (reader, source, identity, offset, line, cursor, saved) VALUES ($1, $2, $3, $4, $5, $6, $7)", 7);
        _jail = new Statement(connection, "INSERT OR REPLACE INTO jails (name, failed, banned, longest, memory) VALUES ($1, $2, $3, $4, coalesce($5, (SELECT memory FROM jails WHERE name = $1)))", 5);
        _forget = new Statement(connection, "DELETE FROM failures WHERE jail = $1 AND id = $2", 2);
        _track = new Statement(connection, "INSERT OR REPLACE INTO failures (jail, id, last, times, matches) VALUES ($1, $2, $3, $4, $5)", 5);
        _settle = new Statement(connection, "DELETE FROM waiting WHERE jail = $1 AND number = $2", 2);
        _wait = new Statement(connection, "INSERT OR REPLACE INTO waiting (jail, number, time, id, source, failure) VALUES ($1, $2, $3, $4, $5, $6)", 6);
        _enter = new Statement(
            connection, "INSERT OR REPLACE INTO bans (jail, id, time, duration, ends, failures, count, matches, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", 9);
        _change = new Statement(connection, "UPDATE bans SET duration = $3, ends = $4 WHERE jail = $1 AND id = $2 AND how IS NULL", 4);
        _end = new Statement(connection, "UPDATE bans SET ended = $3, how = $4 WHERE jail = $1 AND id = $2 AND how IS NULL", 4);
        _offend = new Statement(connection, "INSERT OR REPLACE INTO offenders (id, jail, time, duration, count) VALUES ($1, $2, $3, $4, $5)", 5);
        _forgive = new Statement(connection, "DELETE FROM offenders WHERE id = $1 AND jail = $2", 2);
    }

    public void Write(Checkpoint checkpoint) => Transaction.Run(_connection, () => WriteAll(checkpoint));

    public void Dispose()
    {
        foreach (Statement statement in (Statement[])[_position, _jail, _forget, _track, _settle, _wait, _enter, _change, _end, _offend, _forgive])
        {
            statement.Dispose();
        }
    }

    private void WriteAll(Checkpoint checkpoint)
    {
        long saved = Codec.Write(checkpoint.Time);
        foreach (((string reader, string source), LogPosition position) in checkpoint.Positions)
        {
            _position.Run(reader, source, position.Identity, position.Offset, position.Line, position.Cursor, saved);
        }

        foreach (JailChanges jail in checkpoint.Jails)
        {
            Write(jail);
        }
    }

    private void Write(JailChanges changes)
    {
        _jail.Run(changes.Jail, changes.TotalFailed, changes.TotalBanned, Codec.Write(changes.LongestBan), Codec.Write(changes.Memory));
        foreach (BanId id in changes.Forgotten)
        {
            _forget.Run(changes.Jail, Codec.Write(id));
        }

        foreach (TrackedFailures tracked in changes.Tracked)
        {
            long last = tracked.Times.Count > 0 ? Codec.Write(tracked.Times[^1]) : 0;
            _track.Run(changes.Jail, Codec.Write(tracked.Id), last, Codec.Write(tracked.Times), Codec.Write(tracked.Matches));
        }

        foreach (long number in changes.Settled)
        {
            _settle.Run(changes.Jail, number);
        }

        foreach (WaitingFailure waiting in changes.Waiting)
        {
            _wait.Run(changes.Jail, waiting.Number, Codec.Write(waiting.Failure.Time), Codec.Write(waiting.Failure.Id), waiting.Source, Codec.Write(waiting.Failure));
        }

        foreach (BanChange change in changes.Bans)
        {
            Write(change);
        }
    }

    private void Write(BanChange change)
    {
        Ban ban = change.Ban;
        string id = Codec.Write(ban.Id);
        switch (change.Kind)
        {
            case BanChangeKind.Entered:
                _enter.Run(
                    ban.Jail, id, Codec.Write(ban.Time), Codec.Write(ban.Duration), Codec.WriteEnd(ban), ban.Failures, ban.Count,
                    Codec.Write(ban.Matches.TakeLast(_maxMatches)), Codec.Write(ban.Data));
                _offend.Run(id, ban.Jail, Codec.Write(ban.Time), Codec.Write(ban.Duration), ban.Count);
                break;
            case BanChangeKind.Changed:
                _change.Run(ban.Jail, id, Codec.Write(ban.Duration), Codec.WriteEnd(ban));
                _offend.Run(id, ban.Jail, Codec.Write(ban.Time), Codec.Write(ban.Duration), ban.Count);
                break;
            default:
                _end.Run(ban.Jail, id, change.Ended is { } ended ? Codec.Write(ended) : null, change.End?.ToString().ToLowerInvariant());
                if (change.End == BanEnd.Lifted)
                {
                    // Whoever lifts a ban by hand forgives: the next one counts as the first again.
                    _forgive.Run(id, ban.Jail);
                }

                break;
        }
    }

    private sealed class Statement : IDisposable
    {
        private readonly SqliteCommand _command;

        public Statement(SqliteConnection connection, string sql, int parameters)
        {
            _command = connection.CreateCommand();
            _command.CommandText = sql;
            for (int i = 1; i <= parameters; i++)
            {
                _command.Parameters.Add(new SqliteParameter { ParameterName = "$" + (char)('0' + i) });
            }

            _command.Prepare();
        }

        public void Run(params ReadOnlySpan<object?> values)
        {
            for (int i = 0; i < values.Length; i++)
            {
                _command.Parameters[i].Value = values[i] ?? DBNull.Value;
            }

            _command.ExecuteNonQuery();
        }

        public void Dispose() => _command.Dispose();
    }
}
