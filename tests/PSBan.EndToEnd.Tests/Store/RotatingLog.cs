using System.Globalization;

namespace PSBan.EndToEnd.Store;

/// <summary>
/// A log that failures are appended to, as fast as a busy server does, and that is rotated now and then. It knows every line it ever wrote, whichever file that
/// stands in by now.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="random">What chance decides.</param>
/// <param name="inSessions">Whether a failure takes two lines, of which only the first has the address, with those of others in between.</param>
internal sealed class RotatingLog(string path, Random random, bool inSessions) : IDisposable
{
    private const int OpenSessions = 20;

    // New offenders come all the time, and old ones leave.
    private const int AtATime = 200;
    private const int LinesEach = 20;
    private readonly List<string> _lines = [];
    private readonly Queue<int> _sessions = [];
    private StreamWriter _file = Open(path);
    private int _generation;
    private int _process;

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

    /// <summary>Renames the file and begins another, as logrotate does; the name that is given has not been used before.</summary>
    public void Rotate()
    {
        _file.Dispose();
        File.Move(path, string.Create(CultureInfo.InvariantCulture, $"{path}.{++_generation}"));
        _file = Open(path);
        FailuresAtRotation = Failures;
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

    private static StreamWriter Open(string path) => new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));
}
