using System.Globalization;
using PSBan.Model;
using PSBan.Sources;

namespace PSBan.EndToEnd.Sources;

/// <summary>Follows a scene's logs in this process and keeps what arrives; dies now and then and goes on where it stood, if it is to.</summary>
internal sealed class TortureReader(TortureScene scene, Random random, bool dies) : ISourceObserver
{
    private static readonly FileSourceOptions s_fast = new() { PollInterval = TimeSpan.FromMilliseconds(100), RotationGrace = TimeSpan.FromSeconds(2) };

    private readonly Dictionary<string, LogPosition> _places = [];
    private readonly Dictionary<int, List<int>> _numbers = [];
    private int _lives;
    private int _fruitless;

    public async Task RunAsync(CancellationToken cancelToken)
    {
        while (!cancelToken.IsCancellationRequested)
        {
            _lives++;
            Note("    begin");
            using CancellationTokenSource life = CancellationTokenSource.CreateLinkedTokenSource(cancelToken);
            if (dies)
            {
                // On a busy machine a start alone may take longer than that: who has read nothing lives longer the next time, or nobody would ever read anything.
                life.CancelAfter(random.Next(300 << Math.Min(_fruitless, 8)));
            }

            _fruitless++;

            GlobLogSource source = new(scene.Glob, s_fast);
            await foreach (LogBlock block in source.FollowAsync(log => new LogStart(_places.GetValueOrDefault(log)) { Places = new Dictionary<string, LogPosition>(_places) }, this, life.Token))
            {
                Take(block);
                if (random.Next(20) == 0)
                {
                    // A consumer that is busy: the files change meanwhile.
                    await Task.Delay(random.Next(40), CancellationToken.None);
                }

                if (dies && random.Next(15) == 0)
                {
                    break;
                }
            }

            Note("    end");
            await Task.Delay(random.Next(3) * random.Next(30), CancellationToken.None);
        }
    }

    /// <summary>Compares what arrived with what was written.</summary>
    public TortureVerdict Judge()
    {
        TortureVerdict verdict = new(string.Create(CultureInfo.InvariantCulture, $"{_lives} lives, "));
        foreach (NumberedLog log in scene.Logs)
        {
            verdict.Add(log, _numbers.GetValueOrDefault(log.Id) ?? []);
        }

        return verdict;
    }

    public void Found(string source) => Note($"    found {Path.GetFileName(source)}");

    public void Lost(string source, string reason) => Note($"    lost {Path.GetFileName(source)}: {reason}");

    public void Warning(string source, string message) => Note($"    {Path.GetFileName(source)}: {message}");

    // A block and its place are kept together, as one transaction would.
    private void Take(LogBlock block)
    {
        if (block.Position is not null)
        {
            _places[block.Source] = block.Position;
        }

        IReadOnlyList<(int, int)> read = [.. NumberedLog.Parse(block.Text.ToString())];
        Note(block, read);
        foreach ((int id, int number) in read)
        {
            if (!_numbers.TryGetValue(id, out List<int>? numbers))
            {
                _numbers.Add(id, numbers = []);
            }

            numbers.Add(number);
            _fruitless = 0;
            scene.Logs.FirstOrDefault(log => log.Id == id)?.Confirm(number);
        }
    }

    private void Note(LogBlock block, IReadOnlyList<(int Id, int Number)> read)
    {
        string numbers = read.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"{read[0].Number} to {read[^1].Number} of log {read[0].Id}") : "nothing";
        string text = string.Create(CultureInfo.InvariantCulture, $"    read {numbers} in {Path.GetFileName(block.Source)}, place {block.Position?.Offset} {block.Position?.Identity}");
        Note(text, read.Count > 0 ? read[^1].Number : 0);
    }

    private void Note(string text, int number = 0)
    {
        foreach (NumberedLog log in scene.Logs)
        {
            log.Journal.Add(number, text);
        }
    }
}
