using System.Diagnostics;
using PSBan.Model;
using PSBan.Sources;

namespace PSBan.Tests.Sources;

/// <summary>Follows a source in the background and keeps copies of all it hands out.</summary>
internal sealed class Follower : IAsyncDisposable
{
    // A guard against waiting for ever; no verdict depends on it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _cancel = new();
    private readonly List<Seen> _blocks = [];
    private readonly Task _task;

    private readonly SemaphoreSlim _gate = new(0);
    private int _arrived;

    /// <param name="source">The source to follow.</param>
    /// <param name="start">Where each log begins.</param>
    /// <param name="isHeld">Whether the consumer keeps each block, and so asks for no other, until <see cref="Release"/>.</param>
    public Follower(ILogSource source, Func<string, LogStart>? start = null, bool isHeld = false)
    {
        _task = Task.Run(async () =>
        {
            await foreach (LogBlock block in source.FollowAsync(start ?? (_ => new LogStart()), Observer, _cancel.Token))
            {
                Interlocked.Increment(ref _arrived);
                if (isHeld)
                {
                    await _gate.WaitAsync(_cancel.Token);
                }

                lock (_blocks)
                {
                    _blocks.Add(new Seen(block.Source, block.Text.ToString(), block.FirstLine, block.InOperation, block.Position));
                }
            }
        });
    }

    public RecordingObserver Observer { get; } = new();

    public Seen[] Blocks
    {
        get
        {
            lock (_blocks)
            {
                return [.. _blocks];
            }
        }
    }

    /// <summary>How many blocks have been handed out, those being held included.</summary>
    public int Arrived => Volatile.Read(ref _arrived);

    public string Text => string.Concat(Blocks.Select(block => block.Text));

    public string[] Lines => Text.Split('\n')[..^1];

    public LogPosition? LastPosition(string source) => Blocks.LastOrDefault(block => block.Source == source && block.Position is not null)?.Position;

    public async Task Until(Func<bool> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (_task.IsFaulted)
            {
                await _task;
            }

            Assert.False(_task.IsCompleted, "The following has ended.");
            Assert.True(watch.Elapsed < s_patience, $"Waited in vain; so far there are {Blocks.Length} blocks, the last of {Blocks.LastOrDefault()?.Text.Length} characters; {string.Join(' ', Observer.All)}");
            await Task.Delay(2);
        }
    }

    /// <summary>Waits until that many blocks have been handed out.</summary>
    public Task UntilArrived(int blocks) => Until(() => Volatile.Read(ref _arrived) >= blocks);

    public void Release() => _gate.Release(100_000);

    public Task UntilLine(string line) => Until(() => Text.EndsWith(line + "\n", StringComparison.Ordinal) || Text.Contains(line + "\n", StringComparison.Ordinal));

    public async Task Stop()
    {
        await _cancel.CancelAsync();
        try
        {
            await _task.WaitAsync(s_patience);
        }
        catch (OperationCanceledException) when (_arrived > _blocks.Count)
        {
            // It was the held consumer that was cancelled.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _cancel.Dispose();
        _gate.Dispose();
    }

    internal sealed record Seen(string Source, string Text, long FirstLine, bool InOperation, LogPosition? Position);
}

/// <summary>Keeps what it is told, as text.</summary>
internal sealed class RecordingObserver : ISourceObserver
{
    private readonly List<string> _all = [];

    public string[] All
    {
        get
        {
            lock (_all)
            {
                return [.. _all];
            }
        }
    }

    public void Found(string source) => Add($"found {Path.GetFileName(source)}");

    public void Lost(string source, string reason) => Add($"lost {Path.GetFileName(source)}: {reason}");

    public void Warning(string source, string message) => Add($"warning {Path.GetFileName(source)}: {message}");

    private void Add(string text)
    {
        lock (_all)
        {
            _all.Add(text);
        }
    }
}
