using System.Runtime.CompilerServices;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>The loop that reads files as they grow. It reads when the consumer asks, and sleeps when there is nothing.</summary>
internal static class FileFollower
{
    // Blocks in a row from one file before the others have their turn: a megabyte at most, so that a flooded log keeps no other one waiting.
    private const int Turn = 4;

    /// <summary>Follows a path or glob until cancelled.</summary>
    public static async IAsyncEnumerable<LogBlock> RunAsync(
        Glob glob,
        FileSourceOptions options,
        LogEncoding encoding,
        Func<string, LogStart> start,
        ISourceObserver observer,
        [EnumeratorCancellation] CancellationToken cancelToken)
    {
        WakeUp wake = new();
        using BlockCutter cutter = new(Math.Max(4096, options.LineLimit));
        using FollowSession session = new(glob, options, encoding, start, observer, wake);
        await using CancellationTokenRegistration registration = cancelToken.UnsafeRegister(state => ((WakeUp)state!).Set(), wake);
        using IDisposable beat = Heartbeat.Join(options.Time, options.PollInterval, session.PollDue);
        await Task.Yield();
        while (!cancelToken.IsCancellationRequested)
        {
            foreach (LogBlock block in Round(session, cutter, cancelToken))
            {
                yield return block;
            }

            if (!session.IsUnfinished)
            {
                cutter.Dispose();
                await wake.WaitAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>One look at everything: reads from each file that something has come to, as far as its turn goes.</summary>
    /// <param name="session">What is followed.</param>
    /// <param name="cutter">The cutter, empty before and after.</param>
    /// <param name="cancelToken">Ends it early.</param>
    /// <returns>The blocks, each good until the next one is asked for.</returns>
    internal static IEnumerable<LogBlock> Round(FollowSession session, BlockCutter cutter, CancellationToken cancelToken)
    {
        foreach (TailedFile tail in session.Look())
        {
            while (session.TakeNote() is LogBlock note)
            {
                yield return note;
            }

            // Each block is a round of its own: while the consumer was busy the file may have become another one.
            for (int i = 0; !session.MustWait(tail) && session.Begin(tail, cutter) && !cancelToken.IsCancellationRequested; i++)
            {
                bool any = session.Read(tail, cutter, out LogBlock? block);
                tail.End(cutter);
                if (block is not null)
                {
                    yield return block;
                }

                if (!any || i == Turn - 1 || session.IsScanDue)
                {
                    tail.IsDirty |= any;
                    break;
                }
            }

            if (session.TakeFragment(tail, cutter) is LogBlock fragment)
            {
                yield return fragment;
            }
        }

        foreach (PipedLog pipe in session.Pipes())
        {
            for (int i = 0; i < Turn && session.Read(pipe, out LogBlock? block) && !cancelToken.IsCancellationRequested; i++)
            {
                if (block is not null)
                {
                    yield return block;
                }
            }

            if (session.TakeFragment(pipe) is LogBlock fragment)
            {
                yield return fragment;
            }
        }

        while (session.TakeNote() is LogBlock note)
        {
            yield return note;
        }
    }
}
