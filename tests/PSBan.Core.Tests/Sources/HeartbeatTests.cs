using PSBan.Sources;

namespace PSBan.Tests.Sources;

/// <summary>Looks at a common moment: one that hangs does not keep the others from theirs.</summary>
public sealed class HeartbeatTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_look_that_hangs_keeps_the_others_waiting_for_one_beat_only()
    {
        TimeSpan interval = TimeSpan.FromMilliseconds(20);
        using ManualResetEventSlim hanging = new(), released = new();
        TaskCompletionSource othersLook = new(TaskCreationOptions.RunContinuationsAsynchronously), looksAgain = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int looksOfFirst = 0, noticesOfFirst = 0, looksOfSecond = 0;
        using IDisposable first = Heartbeat.Join(TimeProvider.System, interval, mayWork =>
        {
            if (!mayWork)
            {
                Interlocked.Increment(ref noticesOfFirst);
                return;
            }

            if (Interlocked.Increment(ref looksOfFirst) > 1)
            {
                looksAgain.TrySetResult();
                return;
            }

            hanging.Set();
            released.Wait(s_patience);
        });
        using IDisposable second = Heartbeat.Join(TimeProvider.System, interval, _ =>
        {
            if (hanging.IsSet && Interlocked.Increment(ref looksOfSecond) == 3)
            {
                othersLook.TrySetResult();
            }
        });

        await othersLook.Task.WaitAsync(s_patience);
        Assert.Equal(1, Volatile.Read(ref looksOfFirst));
        Assert.NotEqual(0, Volatile.Read(ref noticesOfFirst));
        released.Set();
        await looksAgain.Task.WaitAsync(s_patience);
    }

    [Fact]
    public async Task Who_has_left_is_not_called_again()
    {
        TimeSpan interval = TimeSpan.FromMilliseconds(10);
        int looks = 0;
        TaskCompletionSource looked = new(TaskCreationOptions.RunContinuationsAsynchronously), beats = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IDisposable leaving = Heartbeat.Join(TimeProvider.System, interval, _ =>
        {
            Interlocked.Increment(ref looks);
            looked.TrySetResult();
        });
        await looked.Task.WaitAsync(s_patience);
        leaving.Dispose();

        // A beat that was under way may still have called it; the one after the next that is seen from its beginning cannot.
        int known = 0, seen = 0;
        using IDisposable staying = Heartbeat.Join(TimeProvider.System, interval, _ =>
        {
            known = ++seen == 2 ? Volatile.Read(ref looks) : known;
            if (seen == 6)
            {
                beats.TrySetResult();
            }
        });
        await beats.Task.WaitAsync(s_patience);
        Assert.Equal(known, Volatile.Read(ref looks));
    }

    [Fact]
    public async Task No_call_is_lost_between_a_sleeper_and_those_who_wake_it()
    {
        const int Calls = 200_000;
        WakeUp wake = new();
        int told = 0, seen = 0;
        var sleeper = Task.Run(async () =>
        {
            while (Volatile.Read(ref seen) < 2 * Calls)
            {
                await wake.WaitAsync();
                Volatile.Write(ref seen, Volatile.Read(ref told));
            }
        });
        Task[] callers = [.. new[] { false, true }.Select(isHere => Task.Run(() =>
        {
            for (int i = 0; i < Calls; i++)
            {
                Interlocked.Increment(ref told);
                wake.Set(isHere);
            }
        }))];

        await Task.WhenAll(callers).WaitAsync(s_patience);
        await sleeper.WaitAsync(s_patience);
        Assert.Equal(2 * Calls, seen);
    }
}
