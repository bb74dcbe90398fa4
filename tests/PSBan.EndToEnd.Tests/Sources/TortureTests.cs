using System.Diagnostics;
using System.Globalization;
using PSBan.EndToEnd.Support;
using Xunit.Abstractions;

namespace PSBan.EndToEnd.Sources;

/// <summary>
/// Writers rotate numbered logs in every way there is, in fast motion, under readers of this process. Every number must arrive once and in order; only what a rotation
/// destroyed before it had been read may be missing. <c>PSBAN_TORTURE_SECONDS</c> says for how long, <c>PSBAN_TORTURE_SEED</c> repeats a run's
/// choices, and <c>PSBAN_TORTURE_ONLY</c> names kinds of rotation.
/// </summary>
public sealed class TortureTests(ITestOutputHelper output)
{
    private const int DefaultSeconds = 6;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_number_arrives_once_and_in_order(bool dies)
    {
        int seed = TortureSettings.Seed;
        TimeSpan time = TortureSettings.Time(DefaultSeconds);
        output.WriteLine($"{time.TotalSeconds} s, seed {seed}");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("psban-torture-");
        try
        {
            // Each with a number, so that a reader's chance is not the writer's.
            IReadOnlyList<TortureScene> scenes = [.. TortureScene.All(folder.FullName, seed).Where(scene => TortureSettings.IsWanted(scene))];
            List<string> wrong = [];
            await Task.WhenAll(scenes.Select((scene, number) => Task.Run(async () =>
            {
                using CancellationTokenSource end = new();
                TortureReader reader = new(scene, new Random(seed + 1000 + number), dies);
                Task reading = reader.RunAsync(end.Token);
                string? broken = null;
                try
                {
                    await scene.RunAsync(time, log => WhenConfirmedAsync(log, reading));
                }
                catch (TimeoutException exception)
                {
                    broken = exception.Message;
                }

                await end.CancelAsync();
                await reading;
                lock (wrong)
                {
                    TortureVerdict verdict = reader.Judge();
                    output.WriteLine($"{scene.Name}: {verdict.Summary}");
                    foreach (string line in verdict.Story)
                    {
                        output.WriteLine(line);
                    }

                    wrong.AddRange(verdict.Wrong.Select(text => $"{scene.Name}: {text}"));
                    if (broken is not null)
                    {
                        wrong.Add($"{scene.Name}: {broken}");
                    }
                }
            })));
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task WhenConfirmedAsync(NumberedLog log, Task reading)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (log.Confirmed < log.LastToCome)
        {
            if (reading.IsFaulted)
            {
                await reading;
            }

            // A guard against waiting for ever; no verdict depends on it.
            if (watch.Elapsed > WatchProcess.Patience)
            {
                throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"Waited in vain for number {log.LastToCome} of log {log.Id}; {log.Confirmed} was the last that came."));
            }

            await Task.Delay(2);
        }
    }
}
