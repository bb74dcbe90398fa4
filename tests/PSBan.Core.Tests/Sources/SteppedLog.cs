using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace PSBan.Tests.Sources;

/// <summary>
/// A writer of numbered lines that rotates its log, one system call a step, so that a reader's looks can fall between any two of them. It knows which numbers
/// were destroyed before they had arrived.
/// </summary>
/// <param name="log">The path of the log.</param>
/// <param name="kinds">The kinds of rotation it chooses from: names of methods of this class.</param>
/// <param name="random">Chance.</param>
internal sealed class SteppedLog(string log, string[] kinds, Random random)
{
    private const int Kept = 4;

    private readonly Dictionary<string, List<int>> _files = [];
    private readonly HashSet<int> _arrived = [];
    private readonly Dictionary<int, int> _written = [];
    private IEnumerator<string>? _steps;

    // Changes of names look as if they were long past, each at another time, as they are on a quiet host: only then does the stamp of a folder tell anything.
    private readonly bool _isQuiet = random.Next(2) == 0;
    private DateTime _changed = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private DateTime _now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private int _generation;

    /// <summary>The number written last; numbers begin with 1.</summary>
    public int Last { get; private set; }

    /// <summary>The numbers that arrived, in that order.</summary>
    public List<int> Arrived { get; } = [];

    /// <summary>The numbers that may have been destroyed before they were read.</summary>
    public HashSet<int> MayMiss { get; } = [];

    /// <summary>What was done, for messages.</summary>
    public List<string> Story { get; } = [];

    /// <summary>Whether a rotation is under way.</summary>
    public bool IsRotating => _steps is not null;

    /// <summary>Takes note of a line that a reader was handed.</summary>
    /// <returns>Its number.</returns>
    public int Receive(string line)
    {
        int number = int.Parse(line.AsSpan(0, line.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
        Arrived.Add(number);
        _arrived.Add(number);
        return number;
    }

    /// <summary>What was done around the writing of a number.</summary>
    public IEnumerable<string> StoryAbout(int number)
    {
        const int Around = 40;
        int at = _written.GetValueOrDefault(number);
        return Story.Skip(at - Around).Take(2 * Around);
    }

    /// <summary>Begins the log.</summary>
    public void Create()
    {
        File.WriteAllBytes(log, []);
        Stamp(log);
        StampFolder();
        _files[log] = [];
    }

    /// <summary>Does one thing: writes, or begins a rotation, or goes on with one.</summary>
    public void Step()
    {
        if (_steps is null)
        {
            if (random.Next(3) > 0)
            {
                Write(log, random.Next(1, 4));
                return;
            }

            _steps = Steps(kinds[random.Next(kinds.Length)]).GetEnumerator();
        }

        if (_steps.MoveNext())
        {
            Story.Add(_steps.Current);
            StampFolder();
        }
        else
        {
            _steps = null;
        }
    }

    /// <summary>Writes lines that must arrive.</summary>
    public void End()
    {
        while (IsRotating)
        {
            Step();
        }

        Write(log, 2);
    }

    private void StampFolder()
    {
        if (_isQuiet)
        {
            _changed = _changed.AddSeconds(10);
            Directory.SetLastWriteTimeUtc(Path.GetDirectoryName(log)!, _changed);
        }
    }

    private IEnumerable<string> Steps(string kind) => kind switch
    {
        nameof(Rename) => Rename(),
        nameof(RenameToDate) => RenameToDate(),
        nameof(CopyTruncate) => CopyTruncate(),
        nameof(Truncate) => Truncate(),
        nameof(Compress) => Compress(),
        nameof(CompressDate) => CompressDate(),
        nameof(DelayCompress) => DelayCompress(),
        nameof(DelayCompressDate) => DelayCompressDate(),
        nameof(Recreate) => Recreate(),
        _ => throw new ArgumentException(kind, nameof(kind)),
    };

    /// <summary>As logrotate does, the youngest being <c>.1</c>; the writer goes on in the old file for some lines.</summary>
    public IEnumerable<string> Rename()
    {
        foreach (string step in Shift())
        {
            yield return step;
        }

        yield return Move(log, log + ".1");
        for (int late = random.Next(3); late > 0; late--)
        {
            yield return Write(log + ".1", random.Next(1, 3));
        }

        Create();
        yield return "create";
    }

    /// <summary>Renames to a name with a date.</summary>
    public IEnumerable<string> RenameToDate()
    {
        string name = Dated(_generation++);
        yield return Move(log, name);
        for (int late = random.Next(3); late > 0; late--)
        {
            yield return Write(name, random.Next(1, 3));
        }

        Create();
        yield return "create";
        foreach (string old in _files.Keys.Where(file => file.StartsWith(log + "-", StringComparison.Ordinal)).Order(StringComparer.Ordinal).SkipLast(Kept).ToList())
        {
            yield return Delete(old);
        }
    }

    /// <summary>Copies, in two parts now and then, and empties; what is written between the two is lost, unless it has been read.</summary>
    public IEnumerable<string> CopyTruncate()
    {
        foreach (string step in Shift())
        {
            yield return step;
        }

        string copy = log + ".1";
        byte[] bytes = File.ReadAllBytes(log);
        List<int> numbers = [.. _files[log]];
        int part = random.Next(3) > 0 ? bytes.Length : random.Next(bytes.Length + 1);
        File.WriteAllBytes(copy, bytes[..part]);
        Stamp(copy);
        if (part < bytes.Length)
        {
            yield return $"copy {part} of {bytes.Length} bytes";
            using (FileStream rest = new(copy, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            {
                rest.Write(bytes.AsSpan(part));
            }

            Stamp(copy);
        }

        _files[copy] = numbers;
        yield return $"copy up to {Last}";
        if (random.Next(3) == 0)
        {
            yield return Write(log, 1);
        }

        foreach (string step in Truncate())
        {
            yield return step;
        }
    }

    /// <summary>Empties in place.</summary>
    public IEnumerable<string> Truncate()
    {
        using (FileStream file = new(log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(0);
        }

        Stamp(log);
        List<int> numbers = _files[log];
        _files[log] = [];
        Lose(numbers);
        yield return $"truncate ({Last})";
    }

    /// <summary>Renames, compresses and deletes what was renamed.</summary>
    public IEnumerable<string> Compress() => Rename().Concat(Pack(() => log + ".1"));

    /// <summary>Renames to a name with a date, compresses and deletes what was renamed.</summary>
    public IEnumerable<string> CompressDate() => RenameToDate().Concat(Pack(() => Dated(_generation - 1)));

    /// <summary>As logrotate does with <c>delaycompress</c>: what was rotated the last time is compressed before the next one.</summary>
    public IEnumerable<string> DelayCompress() => Pack(() => log + ".1").Concat(Rename());

    /// <summary>The same with dates.</summary>
    public IEnumerable<string> DelayCompressDate() => Pack(() => Dated(_generation - 1)).Concat(RenameToDate());

    private string Dated(int generation) => string.Create(CultureInfo.InvariantCulture, $"{log}-{20_260_101 + generation}");

    /// <summary>Compresses a file, if it is there, in two parts now and then, and deletes it.</summary>
    private IEnumerable<string> Pack(Func<string> file)
    {
        string plain = file(), packed = plain + ".gz";
        if (!_files.TryGetValue(plain, out List<int>? numbers))
        {
            yield break;
        }

        using MemoryStream bytes = new();
        using (GZipStream to = new(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            to.Write(File.ReadAllBytes(plain));
        }

        if (random.Next(3) == 0)
        {
            File.WriteAllBytes(packed, bytes.ToArray()[..random.Next((int)bytes.Length)]);
            yield return "gzip a part";
        }

        File.WriteAllBytes(packed, bytes.ToArray());
        File.SetLastWriteTimeUtc(packed, File.GetLastWriteTimeUtc(plain));
        _files[packed] = [.. numbers];
        yield return "gzip";
        yield return Delete(plain);
    }

    /// <summary>Deletes the log and begins it anew.</summary>
    public IEnumerable<string> Recreate()
    {
        yield return Delete(log);
        Create();
        yield return "create";
    }

    private IEnumerable<string> Shift()
    {
        for (int i = Kept; i > 0; i--)
        {
            foreach (string ending in (string[])["", ".gz"])
            {
                string file = string.Create(CultureInfo.InvariantCulture, $"{log}.{i}{ending}");
                if (_files.ContainsKey(file))
                {
                    yield return i == Kept ? Delete(file) : Move(file, string.Create(CultureInfo.InvariantCulture, $"{log}.{i + 1}{ending}"));
                }
            }
        }
    }

    private string Move(string from, string to)
    {
        File.Move(from, to);
        _files.Remove(from, out List<int>? numbers);
        _files[to] = numbers!;
        return $"move {Path.GetFileName(from)} {Path.GetFileName(to)}";
    }

    private string Delete(string file)
    {
        File.Delete(file);
        _files.Remove(file, out List<int>? numbers);
        Lose(numbers!);
        return $"delete {Path.GetFileName(file)}";
    }

    private string Write(string file, int count)
    {
        using (FileStream stream = new(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            for (; count > 0; count--)
            {
                Last++;
                _files[file].Add(Last);
                _written[Last] = Story.Count;
                stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Last} {new string('.', 60 + (Last % 40))}\n")));
            }
        }

        Stamp(file);
        string step = $"write up to {Last} to {Path.GetFileName(file)}";
        Story.Add(step);
        return step;
    }

    /// <summary>Gives a file the time of the step: all this takes less than a tick of the system's clock, by which the order of some files is told.</summary>
    private void Stamp(string file) => File.SetLastWriteTimeUtc(file, _now = _now.AddSeconds(1));

    private void Lose(List<int> numbers) =>
        MayMiss.UnionWith(numbers.Where(number => !_arrived.Contains(number) && !_files.Values.Any(file => file.Contains(number))));
}
