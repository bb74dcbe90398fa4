using System.Globalization;
using PSBan.Control;
using PSBan.Tests.Watch;

namespace PSBan.Tests.Control;

/// <summary>The thread that serves clients: by itself, less urgent than others, and not for ever at a stretch.</summary>
public sealed class ControlThreadTests
{
    private static readonly TimeSpan s_hangGuard = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Awaits_that_keep_their_context_stay_on_the_one_thread()
    {
        HashSet<int> threads = [];
        async Task StepAsync()
        {
            for (int i = 0; i < 20; i++)
            {
                await Task.Delay(1).ConfigureAwait(true);
                threads.Add(Environment.CurrentManagedThreadId);
            }
        }

        await ControlThread.RunAsync(() => Task.WhenAll(Enumerable.Range(0, 10).Select(_ => StepAsync())), TimeProvider.System).WaitAsync(s_hangGuard);
        Assert.Single(threads);
    }

    [Fact]
    public async Task The_thread_is_less_urgent_than_the_others()
    {
        string? niceness = null;
        ThreadPriority priority = ThreadPriority.Highest;
        await ControlThread.RunAsync(
            () =>
            {
                priority = Thread.CurrentThread.Priority;
                niceness = OperatingSystem.IsLinux() ? NicenessOf("/proc/thread-self/stat") : null;
                return Task.CompletedTask;
            },
            TimeProvider.System).WaitAsync(s_hangGuard);
        Assert.Equal(ThreadPriority.BelowNormal, priority);
        if (OperatingSystem.IsLinux())
        {
            int mine = int.Parse(NicenessOf("/proc/thread-self/stat"), CultureInfo.InvariantCulture);
            Assert.Equal(Math.Max(mine, 5), int.Parse(niceness!, CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task What_fails_is_told_to_whoever_waits()
    {
        await Assert.ThrowsAsync<FormatException>(() => ControlThread.RunAsync(() => throw new FormatException(), TimeProvider.System).WaitAsync(s_hangGuard));
        await Assert.ThrowsAsync<FormatException>(() => ControlThread.RunAsync(
            async () =>
            {
                await Task.Yield();
                throw new FormatException();
            },
            TimeProvider.System).WaitAsync(s_hangGuard));
    }

    [Fact]
    public async Task Who_has_worked_for_long_rests_until_time_has_passed()
    {
        SteppedClock clock = new();
        TaskCompletionSource worked = new(), rested = new();
        Task thread = ControlThread.RunAsync(
            async () =>
            {
                // A second is free, two are not.
                await Task.Yield();
                clock.Advance(TimeSpan.FromSeconds(0.9));
                await Task.Yield();
                clock.Advance(TimeSpan.FromSeconds(2));
                worked.SetResult();
                await Task.Yield();
                rested.SetResult();
            },
            clock);
        await worked.Task.WaitAsync(s_hangGuard);
        await Task.WhenAny(rested.Task, Task.Delay(100));
        Assert.False(rested.Task.IsCompleted);
        while (!rested.Task.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(rested.Task, Task.Delay(50));
        }

        await thread.WaitAsync(s_hangGuard);
    }

    // The 19th field of proc_pid_stat(5); the second, a name in parentheses, may hold blanks.
    private static string NicenessOf(string path)
    {
        string text = File.ReadAllText(path);
        return text[(text.LastIndexOf(')') + 2)..].Split(' ')[16];
    }
}
