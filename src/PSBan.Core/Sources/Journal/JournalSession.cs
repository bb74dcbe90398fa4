using System.Globalization;
using System.Runtime.CompilerServices;
using PSBan.Model;

namespace PSBan.Sources.Journal;

/// <summary>One following of a journal: keeps a journalctl running, knows where reading stands, and tells past from present.</summary>
internal sealed class JournalSession
{
    /// <summary>What the positions of journals are known by.</summary>
    public const string Identity = "journal";

    private const int BlockLength = 128 * 1024;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_stallGrace = TimeSpan.FromSeconds(2);

    private readonly string _name;
    private readonly JournalOptions _options;
    private readonly ISourceObserver _observer;
    private readonly JournalLines _lines;
    private readonly HashSet<string> _warned = [];
    private readonly DateTimeOffset _began;
    private string? _cursor;
    private string? _toSkip;
    private DateTimeOffset? _since;
    private bool _atEnd;
    private JournalTail? _tail;
    private bool _isPastTail;
    private bool _inOperation;
    private TimeSpan _pause = s_firstPause;
    private bool _isLost;
    private bool _isTold;
    private bool _isReplaced;
    private long _newest;
    private bool _isWithoutMerge;

    /// <summary>Begins a session; nothing is started yet.</summary>
    public JournalSession(string name, JournalOptions options, LogEncoding encoding, LogStart start, ISourceObserver observer)
    {
        (_name, _options, _observer, _lines) = (name, options, observer, new JournalLines(encoding));
        _began = options.Time.GetUtcNow();
        _since = start.NotBefore;
        if (start.Position is { Identity: Identity, Cursor: { Length: > 0 } cursor })
        {
            // What is older than anybody asks for need not be read again.
            _cursor = start.NotBefore is { } oldest && JournalCursor.TimeOf(cursor) < oldest ? null : cursor;
        }
        else
        {
            _atEnd = start.AtEnd;
        }
    }

    /// <summary>Follows until cancelled.</summary>
    public async IAsyncEnumerable<LogBlock> RunAsync([EnumeratorCancellation] CancellationToken cancelToken)
    {
        while (!cancelToken.IsCancellationRequested)
        {
            JournalProcess? process = await StartAsync(cancelToken).ConfigureAwait(false);
            if (process is not null)
            {
                using (process)
                using (cancelToken.Register(process.Kill))
                {
                    long started = _options.Time.GetTimestamp();
                    string files = JournalFiles.Snapshot(_options);
                    var reader = new JournalReader(process, _options.LineLimit);
                    while (await FillAsync(reader, process, files).ConfigureAwait(false))
                    {
                        foreach (LogBlock block in Blocks(reader))
                        {
                            yield return block;
                        }
                    }

                    _pause = _options.Time.GetElapsedTime(started) >= s_longestPause ? s_firstPause : _pause;
                    if (!cancelToken.IsCancellationRequested && !_isReplaced)
                    {
                        (int code, string complaint) = await process.EndAsync().ConfigureAwait(false);
                        TellEnd(code, complaint);
                    }
                }
            }

            await PauseAsync(cancelToken).ConfigureAwait(false);
        }
    }

    private async Task<JournalProcess?> StartAsync(CancellationToken cancelToken)
    {
        try
        {
            _tail = await JournalTail.ReadAsync(_options, cancelToken).ConfigureAwait(false);
            _newest = Math.Max(_newest, _tail.Realtime);
            (_inOperation, _isReplaced) = (false, false);
            _isPastTail = _tail.Cursor is null || _atEnd
                || (_cursor is null && _since is { } since && _tail.Realtime < since.ToUnixTimeMilliseconds() * 1000);
            _toSkip = _cursor;
            IReadOnlyList<string> arguments = JournalArguments.From(_options, follow: true, Place());
            JournalProcess process = JournalProcess.Start(_options.Program, _isWithoutMerge ? [.. arguments.Where(word => word != "--merge")] : arguments);
            Tell();
            return process;
        }
        catch (IOException exception)
        {
            Lose(exception.Message);
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            // The end.
        }

        return null;
    }

    private IEnumerable<string> Place()
    {
        if (_cursor is { } cursor)
        {
            // The entry itself comes once more: if it does, nothing is missing behind it.
            yield return JournalArguments.Cursor(cursor);
        }
        else if (_atEnd)
        {
            (_atEnd, _since) = (false, _began);
            yield return JournalArguments.Since(_began);
        }
        else if (_since is { } since)
        {
            yield return JournalArguments.Since(since);
        }
    }

    private async Task<bool> FillAsync(JournalReader reader, JournalProcess process, string files)
    {
        Task<bool> fill = reader.FillAsync();
        TimeSpan look = _options.Files.Count > 0 ? s_lookEvery : _options.StallCheck;
        while (true)
        {
            try
            {
                return await fill.WaitAsync(look, _options.Time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                if (_options.Files.Count > 0 ? JournalFiles.Snapshot(_options) != files : await IsStalledAsync(fill).ConfigureAwait(false))
                {
                    _isReplaced = true;
                    process.Kill();
                }
            }
        }
    }

    /// <summary>
    /// Whether the journal has entries that journalctl does not tell of, as it has happened around rotations. Asked only when reading has caught up, for a long
    /// search is no stall.
    /// </summary>
    private async Task<bool> IsStalledAsync(Task<bool> fill)
    {
        if (!_isPastTail && !_inOperation)
        {
            return false;
        }

        try
        {
            JournalTail tail = await JournalTail.ReadAsync(_options, CancellationToken.None).ConfigureAwait(false);
            if (tail.Cursor is null || tail.Realtime <= _newest)
            {
                return false;
            }

            await fill.WaitAsync(s_stallGrace, _options.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Warn("stalled", "journalctl had ceased to tell of new entries; it is started again where it stopped, and so it will be from now on.");
            return true;
        }
        catch (IOException)
        {
            // Whatever it is, the one that is running says it when it ends.
        }

        return false;
    }

    private IEnumerable<LogBlock> Blocks(JournalReader reader)
    {
        bool inOperation = _inOperation;
        while (reader.Next() is { } entry)
        {
            if (entry.Cursor is null || IsKnown(entry.Cursor))
            {
                continue;
            }

            bool isNow = Judge(entry);
            if (_lines.Count > 0 && (isNow != inOperation || _lines.Text.Length >= BlockLength))
            {
                yield return Make(inOperation);
                _lines.Clear();
            }

            inOperation = isNow;
            Add(entry);
        }

        if (_lines.Count > 0)
        {
            yield return Make(inOperation);
            _lines.Clear();
        }
    }

    /// <summary>Whether an entry is the one that reading stopped at.</summary>
    private bool IsKnown(string cursor)
    {
        if (_toSkip is not { } last)
        {
            return false;
        }

        _toSkip = null;
        if (JournalCursor.AreSame(cursor, last))
        {
            _isPastTail |= _tail?.Cursor is { } tail && JournalCursor.AreSame(cursor, tail);
            return true;
        }

        Warn("gone", "The entry that reading had reached is no longer in the journal (it was probably vacuumed); reading goes on with what came after it.");
        return false;
    }

    /// <summary>Whether an entry is written now: it is younger than a second, or comes behind the one that was the last when reading began.</summary>
    private bool Judge(JournalEntry entry)
    {
        if (!_inOperation)
        {
            _inOperation = _isPastTail
                || entry.Realtime > _tail!.Realtime
                || entry.Realtime >= (_options.Time.GetUtcNow().ToUnixTimeMilliseconds() - 1000) * 1000;
            _isPastTail |= _tail!.Cursor is { } tail && JournalCursor.AreSame(entry.Cursor!, tail);
        }

        return _inOperation;
    }

    private void Add(JournalEntry entry)
    {
        if (entry.WasCut)
        {
            Warn("long", string.Create(CultureInfo.InvariantCulture, $"An entry is longer than {_options.LineLimit} bytes; the rest of it is passed over, and so it is with further entries of such length."));
        }

        _lines.Add(entry);
        _cursor = entry.Cursor;
        _newest = Math.Max(_newest, entry.Realtime);
        _pause = s_firstPause;
    }

    private LogBlock Make(bool inOperation) => new()
    {
        Source = _name,
        Text = _lines.Text,
        Times = _lines.Times,
        InOperation = inOperation,
        Position = new LogPosition(Identity, 0, 0, _cursor),
    };

    private void Tell()
    {
        if (_isLost || !_isTold)
        {
            (_isLost, _isTold) = (false, true);
            _observer.Found(_name);
        }

        if (_tail?.Remark is { } remark)
        {
            Warn("remark", $"journalctl remarks: {remark}");
        }
    }

    private void TellEnd(int code, string complaint)
    {
        if (!_isWithoutMerge && complaint.Contains("--merge", StringComparison.Ordinal))
        {
            // systemd 251 to 253 take the one for the opposite of the other.
            _isWithoutMerge = true;
            Warn("boot", "This journalctl shows entries of the present boot alone while it follows; those from before a restart of the machine are not read.");
            return;
        }

        if (_cursor is { } cursor && complaint.Contains("cursor", StringComparison.OrdinalIgnoreCase))
        {
            _since = JournalCursor.TimeOf(cursor) ?? _since;
            _cursor = null;
            Warn("gone", $"The stored place in the journal cannot be used; reading goes on by time. ({JournalTail.Describe(code, complaint)})");
            return;
        }

        Lose($"{JournalTail.Describe(code, complaint)} It is started again.");
    }

    private void Lose(string reason)
    {
        if (!_isLost)
        {
            _isLost = true;
            _observer.Lost(_name, reason);
        }
    }

    private void Warn(string kind, string message)
    {
        if (_warned.Add(kind))
        {
            _observer.Warning(_name, message);
        }
    }

    private async Task PauseAsync(CancellationToken cancelToken)
    {
        try
        {
            await Task.Delay(_pause, _options.Time, cancelToken).ConfigureAwait(false);
            _pause = _pause * 2 < s_longestPause ? _pause * 2 : s_longestPause;
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            // The end.
        }
    }
}
