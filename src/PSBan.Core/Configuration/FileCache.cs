using System.Text;
using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Opens and parses each file once, and remembers which were read and what is wrong with them.</summary>
internal sealed class FileCache
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, IniFile?> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _existence = new(StringComparer.Ordinal);
    private readonly List<string> _read = [];
    private readonly List<IniProblem> _problems = [];

    /// <summary>The files that were read, in order.</summary>
    public IReadOnlyList<string> Files => _read;

    /// <summary>The problems of opening and of syntax, in the order the files were read.</summary>
    public IReadOnlyList<IniProblem> Problems => _problems;

    /// <summary>Whether a file is there.</summary>
    public bool Exists(string path)
    {
        if (!_existence.TryGetValue(path, out bool exists))
        {
            exists = File.Exists(path);
            _existence.Add(path, exists);
        }

        return exists;
    }

    /// <summary>Reports a problem of including files, once.</summary>
    public void Report(Problem problem)
    {
        if (!_problems.Exists(known => known.Problem == problem))
        {
            _problems.Add(new IniProblem(null, problem));
        }
    }

    /// <summary>Reads a file; null where it cannot be read, which is reported.</summary>
    public IniFile? Read(string path)
    {
        if (_files.TryGetValue(path, out IniFile? known))
        {
            return known;
        }

        IniFile? file = null;
        try
        {
            file = IniParser.Parse(path, Decode(path, File.ReadAllBytes(path)));
            _read.Add(path);
            _problems.AddRange(file.Problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string remedy = e is UnauthorizedAccessException ? " Run as the user that may read it, or correct its permissions." : "";
            Report(new Problem(ProblemSeverity.Error, ProblemCodes.FileUnreadable, $"The file cannot be read: {e.Message}{remedy}", new SourceLocation(path, 0)));
        }

        _files.Add(path, file);
        return file;
    }

    private string Decode(string path, byte[] bytes)
    {
        // Editors on Windows write byte order marks.
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return (bytes[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(bytes.AsSpan(2));
        }

        ReadOnlySpan<byte> text = bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsSpan(3) : bytes;
        try
        {
            return s_strict.GetString(text);
        }
        catch (DecoderFallbackException e)
        {
            int line = text[..Math.Clamp(e.Index, 0, text.Length)].Count((byte)'\n') + 1;
            Report(new Problem(
                ProblemSeverity.Warning,
                ProblemCodes.InvalidEncoding,
                "The file is not UTF-8; the characters in question are read as U+FFFD. Save it as UTF-8 (fail2ban refuses such a file).",
                new SourceLocation(path, line)));
            return Encoding.UTF8.GetString(text);
        }
    }
}
