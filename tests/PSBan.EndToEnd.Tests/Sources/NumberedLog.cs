using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace PSBan.EndToEnd.Sources;

/// <summary>
/// A log of numbered lines. It does to itself what rotation does to logs, and knows at any moment which file holds which numbers; so it knows which numbers a
/// rotation destroyed before a reader had them.
/// </summary>
/// <param name="id">What its lines carry beside their number.</param>
/// <param name="path">The log.</param>
internal sealed partial class NumberedLog(int id, string path)
{
    private const int Kept = 6;

    private readonly Dictionary<string, List<int>> _files = [];
    private readonly HashSet<int> _mayMiss = [];
    private volatile int _confirmed;
    private volatile int _last;
    private long _offset;
    private int _generation;

    /// <summary>What its lines carry beside their number.</summary>
    public int Id => id;

    /// <summary>The log.</summary>
    public string Path { get; private set; } = path;

    /// <summary>What writer and reader did.</summary>
    public TortureJournal Journal { get; } = new();

    /// <summary>The number written last; numbers begin with 1.</summary>
    public int Last => _last;

    /// <summary>Up to here everything has been read that ever will be.</summary>
    public int Confirmed => _confirmed;

    /// <summary>The numbers that nobody could read, or that may have been destroyed before they were read.</summary>
    public IReadOnlySet<int> MayMiss => _mayMiss;

    /// <summary>The highest number that must arrive, if it has not.</summary>
    public int LastToCome
    {
        get
        {
            int number = _last;
            while (number > 0 && _mayMiss.Contains(number))
            {
                number--;
            }

            return number;
        }
    }

    /// <summary>Whether the log is there.</summary>
    public bool Exists => File.Exists(Path);

    /// <summary>The numbers in some text, as pairs of log and number; what is not a whole line of such a log is passed over.</summary>
    public static IEnumerable<(int Id, int Number)> Parse(string text) => Line().Matches(text).Select(match => Address(match.Groups["address"].Value));

    /// <summary>What the address in a line stands for.</summary>
    public static (int Id, int Number) Address(string address)
    {
        byte[] bytes = System.Net.IPAddress.Parse(address).GetAddressBytes();
        return ((bytes[4] << 8) | bytes[5], (bytes[12] << 24) | (bytes[13] << 16) | (bytes[14] << 8) | bytes[15]);
    }

    /// <summary>Tells that a number has been read, and that what comes before it and has not been read never will be.</summary>
    public void Confirm(int number) => _confirmed = Math.Max(_confirmed, number);

    /// <summary>Begins the log, or begins it anew.</summary>
    public void Create()
    {
        Note("create");
        File.Create(Path).Dispose();
        _files[Path] = [];
        _offset = 0;
    }

    /// <summary>Whether it is written as by a program that does not append: behind what was written before, whatever has become of the file.</summary>
    public bool KeepsItsPlace { get; init; }

    /// <summary>Writes lines at once; sometimes the last one comes in two parts.</summary>
    public void Write(int count, Random random)
    {
        if (KeepsItsPlace)
        {
            WriteAtOwnPlace(count);
        }
        else
        {
            Write(Path, count, random);
        }
    }

    private void WriteAtOwnPlace(int count)
    {
        using FileStream file = new(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Position = _offset;
        file.Write(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, count).Select(_ => Next(Path)))));
        file.Flush();
        _offset = file.Position;
        Note("write");
    }

    /// <summary>Renames as logrotate does, the youngest being <c>.1</c>; the writer goes on in the old file for some lines.</summary>
    public void Rename(int late, bool creates, Random random)
    {
        MakeRoom();
        Move(Path, Path + ".1");
        Write(Path + ".1", late, random);
        if (creates)
        {
            Create();
        }
    }

    /// <summary>Renames to a name with a date.</summary>
    public void RenameToDate(int late, Random random)
    {
        string name = Dated(_generation++);
        Move(Path, name);
        Write(name, late, random);
        Create();
        foreach (string old in _files.Keys.Where(file => file.StartsWith(Path + "-", StringComparison.Ordinal)).Order(StringComparer.Ordinal).SkipLast(Kept).ToList())
        {
            Delete(old);
        }
    }

    /// <summary>Renames, compresses and deletes what was renamed.</summary>
    public void Compress(int late, Random random)
    {
        Rename(late, creates: true, random);
        Pack(Path + ".1");
    }

    /// <summary>Renames to a name with a date, compresses and deletes what was renamed.</summary>
    public void CompressDate(int late, Random random)
    {
        RenameToDate(late, random);
        Pack(Dated(_generation - 1));
    }

    /// <summary>As logrotate does with <c>delaycompress</c>: what was rotated the last time is compressed before the next one.</summary>
    public void DelayCompress(int late, Random random)
    {
        Pack(Path + ".1");
        Rename(late, creates: true, random);
    }

    /// <summary>The same with dates.</summary>
    public void DelayCompressDate(int late, Random random)
    {
        Pack(Dated(_generation - 1));
        RenameToDate(late, random);
    }

    private string Dated(int generation) => string.Create(CultureInfo.InvariantCulture, $"{Path}-{20_260_101 + generation}");

    private void Pack(string file)
    {
        if (!_files.TryGetValue(file, out List<int>? numbers))
        {
            return;
        }

        string packed = file + ".gz";
        using (FileStream from = File.OpenRead(file))
        using (GZipStream to = new(File.Create(packed), CompressionLevel.Fastest))
        {
            from.CopyTo(to);
        }

        // As gzip does.
        File.SetLastWriteTimeUtc(packed, File.GetLastWriteTimeUtc(file));
        Note("gzip");
        _files[packed] = [.. numbers];
        Delete(file);
    }

    /// <summary>Copies and empties; what is written between the two is lost, unless it has been read.</summary>
    public void CopyTruncate(int between, Random random)
    {
        MakeRoom();
        File.Copy(Path, Path + ".1");
        Note("copy");
        _files[Path + ".1"] = [.. _files[Path]];
        Write(between, random);
        Truncate();
    }

    /// <summary>Empties in place.</summary>
    public void Truncate()
    {
        int confirmed = _confirmed;
        using (FileStream file = new(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(0);
        }

        Note("truncate");

        List<int> numbers = _files[Path];
        _files[Path] = [];
        Lose(numbers, confirmed);
    }

    /// <summary>Gives the log another name, under which nobody looks for it. What nobody has read by now need not be read, unless it comes back.</summary>
    public void Hide(string name)
    {
        int confirmed = _confirmed;
        Move(Path, name);
        Lose(_files[name], confirmed, isGone: false);
    }

    /// <summary>Gives a log its name back; all that it holds can be read again.</summary>
    public void Show(string name)
    {
        Move(name, Path);
        _mayMiss.ExceptWith(_files[Path]);
    }

    /// <summary>Goes on under another path, where nothing is yet; the file before it stays where it is.</summary>
    /// <remarks>Of what has been begun all must be read. A file that was left before anybody looked is one like any other: nothing but the link ever told that it belongs to the log.</remarks>
    public void GoOn(string path)
    {
        if (!_files[Path].Exists(number => number <= _confirmed))
        {
            Lose(_files[Path], _confirmed, isGone: false);
        }

        Path = path;
        Create();
    }

    /// <summary>Deletes one of its files. Only what stood in it is lost; what is younger must arrive, although the file is gone in which reading may have stood.</summary>
    public void Delete(string file)
    {
        int confirmed = _confirmed;
        File.Delete(file);
        Note($"delete {Name(file)}");
        Forget(file, confirmed);
    }

    /// <summary>Takes note that a file has gone with its folder.</summary>
    /// <param name="file">The file.</param>
    /// <param name="confirmed">What had been read before it went.</param>
    public void Forget(string file, int confirmed)
    {
        if (_files.Remove(file, out List<int>? numbers))
        {
            Lose(numbers, confirmed);
        }
    }

    private static string Name(string file) => System.IO.Path.GetFileName(file);

    private void Note(string what) => Journal.Add(_last, $"{what} ({_last})");

    private void MakeRoom()
    {
        for (int i = Kept; i > 0; i--)
        {
            foreach (string ending in (string[])["", ".gz"])
            {
                string file = string.Create(CultureInfo.InvariantCulture, $"{Path}.{i}{ending}");
                if (i == Kept && _files.ContainsKey(file))
                {
                    Delete(file);
                }
                else if (_files.ContainsKey(file))
                {
                    Move(file, string.Create(CultureInfo.InvariantCulture, $"{Path}.{i + 1}{ending}"));
                }
            }
        }
    }

    private void Move(string from, string to)
    {
        File.Move(from, to);
        Note($"move {Name(from)} {Name(to)}");
        _files.Remove(from, out List<int>? numbers);
        _files[to] = numbers!;
    }

    // What had been read is asked for before anything is destroyed: on a busy machine the reader may be far beyond it before the writer comes here.
    private void Lose(IReadOnlyList<int> numbers, int confirmed, bool isGone = true) =>
        _mayMiss.UnionWith(numbers.Where(number => number > confirmed && !(isGone && _files.Values.Any(file => file.Contains(number)))));

    private void Write(string file, int count, Random random)
    {
        if (count == 0)
        {
            return;
        }

        string text = string.Concat(Enumerable.Range(0, count).Select(_ => Next(file)));
        int cut = random.Next(10) == 0 ? text.Length - random.Next(1, 60) : text.Length;
        Append(file, text[..cut]);
        Append(file, text[cut..]);
        Note($"write {count} to {Name(file)}");
    }

    private string Next(string file)
    {
        // The number is known before the line can be read.
        int number = _last + 1;
        _files[file].Add(number);
        _last = number;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTimeOffset.Now:yyyy-MM-ddTHH:mm:sszzz} mail app: login failed from 2001:db8:{id:x}::{number >> 16:x}:{number & 0xFFFF:x} end\n");
    }

    private static void Append(string path, string text)
    {
        using FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Write(Encoding.ASCII.GetBytes(text));
    }

    [GeneratedRegex("^\\S+ mail app: login failed from (?<address>2001:db8:[0-9a-f]+::[0-9a-f]+:[0-9a-f]+) end$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}
