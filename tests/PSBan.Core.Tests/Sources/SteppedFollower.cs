using System.Text;
using PSBan.Model;
using PSBan.Sources;
using static PSBan.Tests.Sources.RotationTests;

namespace PSBan.Tests.Sources;

/// <summary>
/// Follows a path or glob look by look, on the thread of the test: files are put into any state between two looks, and within a look between two blocks.
/// Nothing is looked at unless the test asks.
/// </summary>
internal sealed class SteppedFollower : IDisposable
{
    // More looks in a row than any state of files takes; who wants more waits for ever.
    private const int MostLooks = 100;

    private readonly BlockCutter _cutter;
    private readonly FollowSession _session;
    private readonly Action<LogBlock>? _take;
    private int _blocks;

    public SteppedFollower(string path, FileSourceOptions? options = null, Func<string, LogStart>? start = null, Action? read = null)
    {
        options = (options ?? Quick) with { Notifications = false };
        _cutter = new BlockCutter(Math.Max(4096, options.LineLimit));
        _session = new FollowSession(new Glob(path), options, new LogEncoding(new HookedEncoding(read ?? (() => { }))), start ?? (_ => new LogStart()), Observer, new WakeUp());
    }

    public SteppedFollower(string path, TimeProvider time, Action read, Action<LogBlock> take, Func<string, LogStart> start)
        : this(path, Quick with { Time = time, RotationGrace = TimeSpan.FromSeconds(2) }, start, read) => _take = take;

    public RecordingObserver Observer { get; } = new();

    /// <summary>What has been handed out, line by line.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Looks at everything once.</summary>
    public void Look()
    {
        _session.PollDue();
        Round([]);
    }

    /// <summary>Looks, and dies when so many blocks have been handed out.</summary>
    public void LookOnce(int blocks)
    {
        _session.PollDue();
        foreach (LogBlock block in FileFollower.Round(_session, _cutter, CancellationToken.None).Take(blocks))
        {
            _take?.Invoke(block);
        }
    }

    /// <summary>Looks at everything until nothing is left to be read.</summary>
    /// <param name="then">What happens when so many blocks with lines have been handed out in this call, by their number.</param>
    public void LookUntilQuiet(params (int AfterBlock, Action Happens)[] then)
    {
        int looks = 0;
        _session.PollDue();
        _blocks = 0;
        do
        {
            Assert.True(looks++ < MostLooks, $"Something is looked at again and again; the last line that came is '{Lines.LastOrDefault()}'.");
            Round(then);
        }
        while (_session.IsUnfinished);
        Assert.True(then.All(step => step.AfterBlock <= _blocks), $"There were only {_blocks} blocks.");
    }

    /// <summary>Says that names have come, gone or changed, as the system does.</summary>
    public void TellOfNames(params string[] names)
    {
        foreach (string name in names)
        {
            _session.Touched(name, isStructure: true);
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _cutter.Dispose();
    }

    /// <summary>Lets something happen when lines have been read and are about to be handed out.</summary>
    private sealed class HookedEncoding(Action read) : UTF8Encoding(false)
    {
        public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
        {
            read();
            return base.GetChars(bytes, chars);
        }
    }

    private void Round((int AfterBlock, Action Happens)[] then)
    {
        foreach (LogBlock block in FileFollower.Round(_session, _cutter, CancellationToken.None))
        {
            _take?.Invoke(block);
            if (block.Text.IsEmpty)
            {
                continue;
            }

            Lines.AddRange(block.Text.ToString().Split('\n')[..^1]);
            _blocks++;
            foreach ((_, Action happens) in then.Where(step => step.AfterBlock == _blocks))
            {
                happens();
            }
        }
    }
}
