using System.Globalization;
using System.IO.Compression;

namespace PSBan.EndToEnd.Store;

/// <summary>
/// A log that failures are appended to, as fast as a busy server does, and that is rotated now and then. It knows every line it ever wrote, whichever file that
/// stands in by now.
/// </summary>
/// <param name="path">The file; a link to it where it is switched.</param>
/// <param name="rotation">How it is rotated.</param>
/// <param name="random">What chance decides.</param>
/// <param name="inSessions">Whether a failure takes two lines, of which only the first has the address, with those of others in between.</param>
internal sealed class RotatingLog(string path, Rotation rotation, Random random, bool inSessions) : IDisposable
{
    // The older ones are compressed, as logrotate does a while after the rotation.
    private const int Uncompressed = 3;
    private const int OpenSessions = 20;

    // New offenders come all the time, and old ones leave.
    private const int AtATime = 200;
    private const int LinesEach = 20;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly Queue<int> _sessions = [];
    private StreamWriter _file = Open(path, rotation, 0);
    private int _generation;
    private int _process;
    private bool _isSettled;

    public string Path => path;

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>How many failures the lines make.</summary>
    public int Failures { get; private set; }

    /// <summary>How many failures the lines made when the file was rotated last.</summary>
    public int FailuresAtRotation { get; private set; }

    /// <summary>Appends some failures in one write, now and then with the last line cut in two.</summary>
    public void Append()
    {
        for (int i = random.Next(1, 12); i > 0; i--)
        {
            if (inSessions && _sessions.Count > random.Next(2 * OpenSessions))
            {
                EndSession();
                continue;
            }

            // Every process of its own, and whole seconds, as sshd and syslog have it.
            int offender = (++_process / LinesEach) + random.Next(AtATime);
            string address = string.Create(CultureInfo.InvariantCulture, $"198.18.{offender >> 8}.{offender & 255}");
            if (inSessions)
            {
                _sessions.Enqueue(_process);
                Write($"app[{_process}]: connect from {address}");
            }
            else
            {
                Failures++;
                Write($"sshd[{_process}]: Failed password for root from {address} port {random.Next(1024, 65536)} ssh2");
            }
        }

        _file.Flush();
    }

    /// <summary>Brings what is open to its end.</summary>
    public void Finish()
    {
        while (_sessions.Count > 0)
        {
            EndSession();
        }

        _file.Flush();
    }

    /// <summary>Notes that a watch has stored a place behind the last rotation.</summary>
    /// <param name="failures">What <see cref="FailuresAtRotation"/> was when the watch was asked; nothing is noted where it has been rotated since.</param>
    public void Settle(int failures)
    {
        lock (_lock)
        {
            _isSettled |= failures == FailuresAtRotation;
        }
    }

    /// <summary>How often it was rotated.</summary>
    public int Rotations => _generation;

    /// <summary>Ends the file and begins another in its place, where that is allowed: a first place has to be stored; from then on renamed files are found, however many there are.</summary>
    public void RotateIfAllowed()
    {
        lock (_lock)
        {
            if (_isSettled || (rotation != Rotation.Switched && _generation > 0))
            {
                Rotate();
                _isSettled = false;
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private void EndSession()
    {
        Failures++;
        Write($"app[{_sessions.Dequeue()}]: bad password for root");
    }

    private void Write(FormattableString message)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.Now:yyyy-MM-ddTHH:mm:sszzz} mail {FormattableString.Invariant(message)}");
        _lines.Add(line);
        int cut = random.Next(20) == 0 ? random.Next(line.Length) : 0;
        _file.Write(line[..cut]);
        if (cut > 0)
        {
            _file.Flush();
        }

        _file.Write(line[cut..]);
        _file.Write('\n');
    }

    private void Rotate()
    {
        _file.Dispose();
        _generation++;
        if (rotation == Rotation.Numbered)
        {
            Shift();
        }
        else if (rotation == Rotation.Dated)
        {
            File.Move(path, string.Create(CultureInfo.InvariantCulture, $"{path}-{20260000 + _generation}"));
        }

        _file = Open(path, rotation, _generation);
        FailuresAtRotation = Failures;
    }

    /// <summary>Every number grows by one, and the file becomes number one.</summary>
    private void Shift()
    {
        int last = Enumerable.Range(1, _generation).First(number => !File.Exists(Numbered(number))) - 1;
        for (int number = last; number > 0; number--)
        {
            if (number > Uncompressed && _isSettled)
            {
                // Nobody needs it any more.
                Compress(Numbered(number), string.Create(CultureInfo.InvariantCulture, $"{path}.old{_generation}-{number}.gz"));
                continue;
            }

            File.Move(Numbered(number), Numbered(number + 1));
        }

        File.Move(path, Numbered(1));
    }

    private string Numbered(int number) => string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");

    private static void Compress(string from, string to)
    {
        using (FileStream file = File.OpenRead(from))
        using (GZipStream packed = new(File.Create(to), CompressionLevel.Fastest))
        {
            file.CopyTo(packed);
        }

        File.Delete(from);
    }

    private static StreamWriter Open(string path, Rotation rotation, int generation)
    {
        if (rotation != Rotation.Switched)
        {
            return Append(path);
        }

        // The file is there before the link leads to it, and the link is there at any moment, as cronolog and svlogd do it.
        string target = string.Create(CultureInfo.InvariantCulture, $"{path}-{generation:D6}"), link = path + ".new";
        StreamWriter file = Append(target);
        File.Delete(link);
        File.CreateSymbolicLink(link, target);
        File.Move(link, path, overwrite: true);
        return file;
    }

    private static StreamWriter Append(string path) => new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));
}

/// <summary>The ways in which a log is rotated and none of its lines is lost.</summary>
internal enum Rotation
{
    /// <summary>It becomes <c>.1</c>, that becomes <c>.2</c>, and so on; the older ones are compressed.</summary>
    Numbered,

    /// <summary>It becomes <c>-20260301</c>.</summary>
    Dated,

    /// <summary>Its path is a link, which leads to another file from now on.</summary>
    Switched,
}
