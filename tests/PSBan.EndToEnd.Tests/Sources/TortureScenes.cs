namespace PSBan.EndToEnd.Sources;

/// <summary>A symbolic link that is pointed to one file after the other.</summary>
internal sealed class LinkScene(string name, string folder, int id, Random random) : TortureScene(name, Path.Combine(folder, "current.log"), random)
{
    private readonly NumberedLog _log = new(id, Path.Combine(folder, "log.1"));
    private int _target = 1;

    public override IReadOnlyList<NumberedLog> Logs => [_log];

    private protected override void Begin()
    {
        _log.Create();
        _log.Write(1, Random);
        File.CreateSymbolicLink(Glob, _log.Path);
    }

    private protected override void Write() => _log.Write(Random.Next(MostLines), Random);

    private protected override Task RotateAsync()
    {
        _log.GoOn(Path.Combine(folder, $"log.{++_target}"));
        _log.Write(Random.Next(2) * Random.Next(20), Random);
        string next = Glob + ".next";
        File.CreateSymbolicLink(next, _log.Path);
        File.Move(next, Glob, overwrite: true);
        return Task.CompletedTask;
    }

    private protected override void End() => _log.Write(2, Random);
}

/// <summary>A folder that goes, with its log, and comes back with another one or the same.</summary>
internal sealed class FolderScene(string name, string folder, int id, Random random) : TortureScene(name, Path.Combine(folder, "logs", "app.log"), random)
{
    private readonly NumberedLog _log = new(id, Path.Combine(folder, "logs", "app.log"));

    private string Inner => Path.Combine(folder, "logs");

    public override IReadOnlyList<NumberedLog> Logs => [_log];

    private protected override void Begin()
    {
        Directory.CreateDirectory(Inner);
        _log.Create();
        _log.Write(1, Random);
    }

    private protected override void Write() => _log.Write(Random.Next(MostLines), Random);

    private protected override async Task RotateAsync()
    {
        if (Random.Next(2) == 0)
        {
            // The same folder comes back.
            Directory.Move(Inner, Inner + ".away");
            await PauseAsync();
            Directory.Move(Inner + ".away", Inner);
            return;
        }

        int confirmed = _log.Confirmed;
        Directory.Delete(Inner, recursive: true);
        _log.Forget(_log.Path, confirmed);
        await PauseAsync();
        Directory.CreateDirectory(Inner);
        _log.Create();
    }

    private protected override void End() => _log.Write(2, Random);
}

/// <summary>A glob that gains and loses files.</summary>
internal sealed class GlobScene(string name, string folder, Func<int> nextId, Random random) : TortureScene(name, Path.Combine(folder, "*.log"), random)
{
    private const int Most = 6;

    // Replaced and never changed, since the reader looks too.
    private volatile NumberedLog[] _logs = [];
    private readonly List<NumberedLog> _shown = [];
    private readonly List<NumberedLog> _hidden = [];

    public override IReadOnlyList<NumberedLog> Logs => _logs;

    private protected override void Begin() => Add();

    private protected override void Write()
    {
        if (_shown.Count > 0)
        {
            _shown[Random.Next(_shown.Count)].Write(Random.Next(MostLines), Random);
        }
    }

    private protected override Task RotateAsync()
    {
        switch (Random.Next(4))
        {
            case 0 when _shown.Count + _hidden.Count < Most:
                Add();
                break;
            case 1 when _shown.Count > 0:
                NumberedLog hidden = _shown[Random.Next(_shown.Count)];
                hidden.Hide(hidden.Path + ".hidden");
                Swap(hidden, _shown, _hidden);
                break;
            case 2 when _hidden.Count > 0:
                NumberedLog back = _hidden[Random.Next(_hidden.Count)];
                back.Show(back.Path + ".hidden");
                Swap(back, _hidden, _shown);
                break;
            case 3 when _shown.Count > 2:
                NumberedLog gone = _shown[Random.Next(_shown.Count)];
                gone.Delete(gone.Path);
                _shown.Remove(gone);
                break;
        }

        return Task.CompletedTask;
    }

    private protected override void End() => _shown.ForEach(log => log.Write(2, Random));

    private void Add()
    {
        // Names are used again, numbers are not.
        string path = Enumerable.Range(0, Most + 1).Select(i => Path.Combine(folder, $"{i}.log")).First(path => !_shown.Concat(_hidden).Any(log => log.Path == path));
        NumberedLog log = new(nextId(), path);
        _logs = [.. _logs, log];
        log.Create();
        log.Write(1, Random);
        _shown.Add(log);
    }

    private static void Swap(NumberedLog log, List<NumberedLog> from, List<NumberedLog> to)
    {
        from.Remove(log);
        to.Add(log);
    }
}
