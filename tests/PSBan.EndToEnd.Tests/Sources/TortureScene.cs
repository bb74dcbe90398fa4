using System.Diagnostics;

namespace PSBan.EndToEnd.Sources;

/// <summary>A writer that writes and rotates a log, or several, at random and as fast as it can.</summary>
internal abstract class TortureScene
{
    private protected TortureScene(string name, string glob, Random random)
    {
        Name = name;
        Glob = glob;
        Random = random;
    }

    /// <summary>What is being done, for messages.</summary>
    public string Name { get; }

    /// <summary>What a reader follows.</summary>
    public string Glob { get; }

    /// <summary>How long the longest pause between two steps takes.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMilliseconds(60);

    /// <summary>More lines than are written at once.</summary>
    public int MostLines { get; set; } = 40;

    /// <summary>The logs that have been written, those that are gone included.</summary>
    public abstract IReadOnlyList<NumberedLog> Logs { get; }

    private protected Random Random { get; }

    /// <summary>Every kind of rotation, each in a folder of its own.</summary>
    /// <param name="folder">A folder for all of them.</param>
    /// <param name="seed">What chance begins with.</param>
    public static IReadOnlyList<TortureScene> All(string folder, int seed)
    {
        int id = 0;
        return
        [
            Plain("rename", "app.log", Rename),
            Plain("rename, all in a glob", "app.log*", Rename),
            Plain("rename to a date", "app.log", (log, random) => log.RenameToDate(random.Next(3) * random.Next(20), random)),
            Plain("rename to a date, all in a glob", "app.log*", (log, random) => log.RenameToDate(random.Next(3) * random.Next(20), random)),
            Plain("copytruncate", "app.log", CopyTruncate),
            Plain("copytruncate, all in a glob", "app.log*", CopyTruncate),
            Plain("truncate", "app.log", (log, _) => log.Truncate()),
            Plain("compress", "app.log", (log, random) => log.Compress(random.Next(3) * random.Next(20), random)),
            Plain("compressed at rotation, all in a glob", "app.log*", (log, random) => log.Compress(random.Next(3) * random.Next(20), random)),
            Plain("compressed at rotation to a date, all in a glob", "app.log*", (log, random) => log.CompressDate(random.Next(3) * random.Next(20), random)),
            Plain("delaycompress", "app.log", (log, random) => log.DelayCompress(random.Next(3) * random.Next(20), random)),
            Plain("delaycompress, all in a glob", "app.log*", (log, random) => log.DelayCompress(random.Next(3) * random.Next(20), random)),
            Plain("delaycompress to a date, all in a glob", "app.log*", (log, random) => log.DelayCompressDate(random.Next(3) * random.Next(20), random)),
            Plain("delete and create", "app.log", Recreate),
            Plain("everything", "app.log", Rename, CopyTruncate, (log, _) => log.Truncate(), (log, random) => log.Compress(random.Next(20), random), Recreate),
            Holes(),
            new LinkScene("link", Make("link"), NextId(), NextRandom()),
            new FolderScene("folder", Make("folder"), NextId(), NextRandom()),
            new GlobScene("glob", Make("glob"), NextId, NextRandom()),
        ];

        TortureScene Plain(string name, string glob, params Action<NumberedLog, Random>[] rotations)
        {
            string own = Make(name.Replace(' ', '-'));
            return new PlainScene(name, Path.Combine(own, glob), new NumberedLog(NextId(), Path.Combine(own, "app.log")), rotations, NextRandom());
        }

        PlainScene Holes()
        {
            // A hole looks like any other: copies that nobody has seen being made cannot be told from each other.
            string own = Make("holes");
            NumberedLog log = new(NextId(), Path.Combine(own, "app.log")) { KeepsItsPlace = true };
            return new PlainScene("copytruncate without appending", log.Path, log, [(log, random) => log.CopyTruncate(0, random)], NextRandom()) { WaitsBeforeRotation = true };
        }

        string Make(string name) => Directory.CreateDirectory(Path.Combine(folder, name.Replace(",", "", StringComparison.Ordinal))).FullName;
        int NextId() => ++id;
        Random NextRandom() => new(seed + id);
    }

    /// <summary>Writes for a while.</summary>
    /// <param name="time">How long.</param>
    /// <param name="settle">Waits until everything in a log has been read.</param>
    public async Task RunAsync(TimeSpan time, Func<NumberedLog, Task> settle)
    {
        Begin();
        await SettleAsync(settle);
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
        {
            // Half of what destroys something comes when nothing is left to be destroyed.
            if (Random.Next(5) > 0)
            {
                Write();
            }
            else
            {
                if (WaitsBeforeRotation || Random.Next(2) == 0)
                {
                    await SettleAsync(settle);
                }

                await RotateAsync();
            }

            if (Random.Next(3) == 0)
            {
                await PauseAsync();
            }
        }

        End();
        await SettleAsync(settle);
    }

    /// <summary>Whether nothing is rotated before everything has been read.</summary>
    public bool WaitsBeforeRotation { get; init; }

    private protected abstract void Begin();

    private protected abstract void Write();

    private protected abstract Task RotateAsync();

    /// <summary>Writes lines that must arrive.</summary>
    private protected abstract void End();

    private protected Task PauseAsync() => Task.Delay(Random.Next(1 + (int)LongestPause.TotalMilliseconds));

    private async Task SettleAsync(Func<NumberedLog, Task> settle)
    {
        foreach (NumberedLog log in Logs.Where(log => log.Exists && log.Confirmed < log.LastToCome))
        {
            await settle(log);
        }
    }

    private static void Rename(NumberedLog log, Random random)
    {
        bool creates = random.Next(2) == 0;
        log.Rename(random.Next(3) * random.Next(20), creates, random);
        if (!creates)
        {
            Thread.Sleep(random.Next(20));
            log.Create();
        }
    }

    private static void CopyTruncate(NumberedLog log, Random random) => log.CopyTruncate(random.Next(3) * random.Next(10), random);

    private static void Recreate(NumberedLog log, Random random)
    {
        log.Delete(log.Path);
        Thread.Sleep(random.Next(2) * random.Next(20));
        log.Create();
    }
}

/// <summary>One path and the files that rotation makes of it.</summary>
internal sealed class PlainScene(string name, string glob, NumberedLog log, Action<NumberedLog, Random>[] rotations, Random random) : TortureScene(name, glob, random)
{
    public override IReadOnlyList<NumberedLog> Logs => [log];

    private protected override void Begin()
    {
        log.Create();
        log.Write(1, Random);
    }

    private protected override void Write() => log.Write(Random.Next(MostLines), Random);

    private protected override Task RotateAsync()
    {
        rotations[Random.Next(rotations.Length)](log, Random);
        return Task.CompletedTask;
    }

    private protected override void End() => log.Write(2, Random);
}
