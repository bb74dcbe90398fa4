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

    private readonly WakeUp _wake = new();
    private readonly BlockCutter _cutter;
    private readonly FollowSession _session;

    public SteppedFollower(string path, FileSourceOptions? options = null)
    {
        options ??= Quick with { Notifications = false };
        _cutter = new BlockCutter(Math.Max(4096, options.LineLimit));
        _session = new FollowSession(new Glob(path), options, LogEncoding.Utf8, _ => new LogStart(), Observer, _wake);
    }

    public RecordingObserver Observer { get; } = new();

    /// <summary>What has been handed out, line by line.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Looks at everything until nothing is left to be read.</summary>
    /// <param name="then">What happens when so many blocks with lines have been handed out in this call, by their number.</param>
    public void LookUntilQuiet(params (int AfterBlock, Action Happens)[] then)
    {
        int blocks = 0, looks = 0;
        _session.PollDue();
        do
        {
            Assert.True(looks++ < MostLooks, $"Something is looked at again and again; the last line that came is '{Lines.LastOrDefault()}'.");
            foreach (LogBlock block in FileFollower.Round(_session, _cutter, CancellationToken.None))
            {
                if (block.Text.IsEmpty)
                {
                    continue;
                }

                Lines.AddRange(block.Text.ToString().Split('\n')[..^1]);
                blocks++;
                foreach ((_, Action happens) in then.Where(step => step.AfterBlock == blocks))
                {
                    happens();
                }
            }
        }
        while (_session.IsUnfinished);
        Assert.True(then.All(step => step.AfterBlock <= blocks), $"There were only {blocks} blocks.");
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
        _wake.Dispose();
    }
}
