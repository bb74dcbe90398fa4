using System.Globalization;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>
/// One following of a path or glob: which files it is made of at the moment, and their reading. Used by one loop; only <see cref="Touched"/> and
/// <see cref="PollDue"/> are called by others.
/// </summary>
/// <remarks>
/// No line is to be missed and none read twice, whatever rotation does, also while nobody looks. What is known at any moment, and is all that is left after a
/// death, is one place for each name: the content it lies in, the offset, and the rotated file that was the youngest when that content was begun
/// (<see cref="FilePrint"/>). From that and from the folder as it stands everything else follows:
/// <list type="bullet">
/// <item>A log that has a place goes on there, if the place lies in it.</item>
/// <item>Otherwise it was rotated or emptied, once or more often: <see cref="Backlog"/> finds what comes first.</item>
/// <item>In a glob that takes in the rotated files these are members themselves. Each goes on at the furthest known place that lies in it; a copy waits while its original
/// holds the same, and goes on where that stood when it was emptied; one that has no place is new. Compressed files are no members: what had not been read of them before they
/// were compressed is the <see cref="Backlog"/> of the first new file behind them, be it the log or a rotated one.</item>
/// <item>Files of one log are read in the order of their names, the log itself last.</item>
/// </list>
/// Where a content ends and another one begins, the first lines are not handed out before another look has shown that nothing belongs between the two. What
/// cannot be had: what was destroyed before anybody looked; a file that a link led to and was turned away from in between; and two contents that are the same in
/// their first 1,024 bytes and in the 64 before the place are taken for one.
/// </remarks>
internal sealed partial class FollowSession : IDisposable
{
    private const int MostDirtyNames = 256;

    private readonly Glob _glob;
    private readonly FileSourceOptions _options;
    private readonly LogEncoding _encoding;
    private readonly Func<string, LogStart> _start;
    private readonly ISourceObserver _observer;
    private readonly WakeUp _wake;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _dirtyNames = new(StringComparer.Ordinal);
    private readonly List<TailedFile> _tails = [];
    private readonly Queue<LogBlock> _notes = [];
    private readonly Dictionary<string, TailedFile> _delivering = new(StringComparer.Ordinal);
    private readonly HashSet<(string Source, string Kind)> _warned = [];

    // The file that stands behind lines that have been read and may not be the next ones: that is no place yet.
    private TailedFile? _doubtful;
    private bool _isPollDue = true;
    private bool _isScanDue = true;

    /// <summary>Begins a session; nothing is opened yet.</summary>
    public FollowSession(Glob glob, FileSourceOptions options, LogEncoding encoding, Func<string, LogStart> start, ISourceObserver observer, WakeUp wake)
    {
        _glob = glob;
        _options = options;
        _encoding = encoding;
        _start = start;
        _observer = observer;
        _wake = wake;
    }

    /// <summary>Whether a file is to be read at once.</summary>
    public bool IsUnfinished => _isScanLeft || _tails.Any(tail => tail.IsDirty) || _pipes.Exists(pipe => pipe.IsDirty);

    /// <summary>Whether files have come, gone or been renamed, which is to be looked at before more is read.</summary>
    public bool IsScanDue
    {
        get
        {
            lock (_lock)
            {
                return _isScanDue;
            }
        }
    }

    private long Now => _options.Time.GetTimestamp();

    /// <summary>Says that it is time to look at everything again.</summary>
    /// <param name="isHere">Whether the look is to be taken on this thread.</param>
    public void PollDue(bool isHere = false)
    {
        lock (_lock)
        {
            _isPollDue = true;
        }

        _wake.Set(isHere);
    }

    /// <summary>Says that a name in one of the directories has changed, or come or gone; null for any number of them.</summary>
    public void Touched(string? name, bool isStructure)
    {
        lock (_lock)
        {
            if (name is null || _dirtyNames.Count >= MostDirtyNames)
            {
                _isPollDue = true;
            }
            else if (isStructure && (_glob.MayConcern(name) || _followedNames.Contains(name)))
            {
                _isScanDue = true;
            }
            else if (!isStructure && _followedNames.Contains(name))
            {
                _dirtyNames.Add(name);
            }
            else
            {
                return;
            }
        }

        _wake.Set();
    }

    /// <summary>Does what has come due: looks for files and marks those to be read.</summary>
    /// <returns>The files to be read, those left by their path before their successors.</returns>
    public IReadOnlyList<TailedFile> Look()
    {
        bool scan;
        string[] dirty;
        lock (_lock)
        {
            scan = _isScanDue || _isPollDue;
            dirty = [.. _dirtyNames];
            _dirtyNames.Clear();
            (_isPollDue, _isScanDue) = (false, false);
        }

        scan |= _isScanLeft || _sleeping.Count > 0 && dirty.Length > 0;
        _isScanLeft = false;
        if (scan)
        {
            MakeRoom();
        }

        foreach (TailedFile tail in _tails)
        {
            // A renamed file is still written under a name that nobody tells of, so it is looked at whenever anything happens.
            tail.IsDirty |= scan || tail.IsLeft || IsNamed(tail, dirty);
        }

        if (scan)
        {
            _pipes.ForEach(pipe => pipe.IsDirty = true);
            Scan();
        }

        return [.. _tails.Where(tail => tail.IsDirty)];
    }

    private static bool IsNamed(TailedFile tail, string[] names) =>
        names.Any(name => Path.GetFileName(tail.Path.AsSpan()).SequenceEqual(name) || Path.GetFileName(tail.Source.AsSpan()).SequenceEqual(name));

    /// <summary>A block without lines that tells only a place: where a file is known under a new name, or is read from its end on.</summary>
    public LogBlock? TakeNote() => _notes.TryDequeue(out LogBlock? note) ? note : null;

    /// <summary>Begins to read a file.</summary>
    /// <returns>Whether there is something to read.</returns>
    public bool Begin(TailedFile tail, BlockCutter cutter)
    {
        try
        {
            tail.IsDirty = false;
            if (!IsItsTurn(tail))
            {
                if (tail is { IsCopy: true, IsLeft: true } && _options.Time.GetElapsedTime(tail.QuietSince) >= _options.RotationGrace)
                {
                    // Its original holds the same still, although it is long deleted itself.
                    Drop(tail);
                }

                return false;
            }

            bool any = tail.Begin(cutter);
            if (IsBroken(tail))
            {
                return false;
            }

            if (any)
            {
                tail.QuietSince = Now;
                return true;
            }

            if (tail.IsUnbegun && tail.IsUncertain && MayHaveMissed(tail))
            {
                return false;
            }

            tail.InOperation = true;
            if (tail.IsLeft && !tail.IsDirty && !tail.HoldsFragment && _options.Time.GetElapsedTime(tail.QuietSince) >= _options.RotationGrace)
            {
                Remember(tail);
                Drop(tail);
            }
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            Fail(tail, exception.Message);
        }

        return false;
    }

    /// <summary>Reads one block.</summary>
    /// <param name="tail">The file that <see cref="Begin"/> was called for.</param>
    /// <param name="cutter">The cutter.</param>
    /// <param name="block">The block; null where bytes were only passed over.</param>
    /// <returns>Whether it is worth while to go on.</returns>
    public bool Read(TailedFile tail, BlockCutter cutter, out LogBlock? block)
    {
        block = null;
        try
        {
            List<TailedFile> older = OlderOf(tail);
            LogPosition? before = older.Count == 0 || tail.IsUnbegun ? null : tail.Position();
            bool isBeginning = tail.IsUnbegun;
            if (!tail.Read(cutter, out CutBlock cut, out long firstLine))
            {
                tail.InOperation |= !IsBroken(tail);
                return false;
            }

            _doubtful = isBeginning ? tail : null;
            bool isTooEarly = isBeginning ? !IsNext(tail, older) : IsForestalled(older) && before is not null;
            _doubtful = null;
            if (isTooEarly)
            {
                // Read too early: something else comes first.
                tail.GoBack(before);
                _ = IsBroken(tail);
                tail.IsDirty = true;
                cutter.Clear();
                return false;
            }

            block = Make(tail, cut, firstLine);
            return true;
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            _doubtful = null;
            Fail(tail, exception.Message);
            cutter.Clear();
            return false;
        }
    }

    /// <summary>Whether a file has been emptied: the end of what was in it stands in the copy that was made of it, and is read first.</summary>
    private bool IsBroken(TailedFile tail)
    {
        if (tail.TakeBreak() is not LogPosition last)
        {
            return false;
        }

        AddPast(last);
        ScanAgain();
        return true;
    }

    /// <summary>The beginning of a line that a file was left with, once it has been quiet for a while.</summary>
    public LogBlock? TakeFragment(TailedFile tail, BlockCutter cutter)
    {
        if (!tail.IsLeft || !tail.HoldsFragment || _options.Time.GetElapsedTime(tail.QuietSince) < _options.PollInterval)
        {
            return null;
        }

        try
        {
            // It may have waited for its turn, or for a busy consumer, and not for its writer.
            return !tail.IsDirty && !tail.HasGrown() && tail.ReadFragment(cutter, out CutBlock cut, out long firstLine) ? Make(tail, cut, firstLine) : null;
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            Fail(tail, exception.Message);
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DirectoryWatch watch in _watches.Values.Select(entry => entry.Watch))
        {
            watch.Dispose();
        }

        foreach (TailedFile tail in _tails)
        {
            tail.Dispose();
        }

        foreach (PipedLog pipe in _pipes)
        {
            pipe.Dispose();
        }
    }

    private static bool IsTrouble(Exception exception) => exception is IOException or UnauthorizedAccessException;

    private LogBlock? Make(TailedFile tail, CutBlock cut, long firstLine)
    {
        WarnOf(tail.Source, cut, firstLine);
        if (cut.Text.IsEmpty)
        {
            return null;
        }

        // Once a successor has delivered, its place is the one to resume from, and late lines of the file before it have none.
        bool isOvertaken = _delivering.TryGetValue(tail.Source, out TailedFile? last) && _tails.IndexOf(last) > _tails.IndexOf(tail);
        if (!isOvertaken)
        {
            _delivering[tail.Source] = tail;
        }

        return new LogBlock
        {
            Source = tail.Source,
            Text = cut.Text,
            FirstLine = firstLine,
            InOperation = tail.InOperation,
            Position = isOvertaken ? null : tail.Position(),
        };
    }

    private void WarnOf(string source, CutBlock cut, long firstLine)
    {
        if (cut.WasCut)
        {
            string line = firstLine > 0 ? string.Create(CultureInfo.InvariantCulture, $"Line {firstLine}") : "A line";
            Warn(source, "long", $"{line} is longer than {_options.LineLimit} bytes; the rest of it is passed over, and so it is with further lines of such length.");
        }

        if (cut.IsBroken)
        {
            Warn(source, "bytes", $"Some bytes are not valid {_encoding.Encoding.WebName}; they are read as U+FFFD. Set logencoding if the log has another encoding.");
        }
    }

    private void Warn(string source, string kind, string message)
    {
        if (_warned.Count < 10_000 && _warned.Add((source, kind)))
        {
            _observer.Warning(source, message);
        }
    }
}
