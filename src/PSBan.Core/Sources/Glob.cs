using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace PSBan.Sources;

/// <summary>
/// A path with <c>*</c>, <c>?</c> and <c>[…]</c>, as a shell reads it: none of them crosses a directory, <c>[!…]</c> is the opposite, and a name that begins
/// with a dot wants its dot written.
/// </summary>
internal sealed class Glob
{
    private readonly string _root;
    private readonly string[] _segments;
    private readonly Func<string, bool>?[] _matchers;

    /// <summary>Takes a path or pattern.</summary>
    /// <param name="pattern">The path or pattern.</param>
    /// <param name="isLiteral">Whether wildcards are to mean themselves.</param>
    public Glob(string pattern, bool isLiteral = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        Pattern = pattern;
        string full = OperatingSystem.IsWindows() ? pattern.Replace('\\', '/') : pattern;
        string root = Path.GetPathRoot(full) ?? string.Empty;
        _root = root.Length > 0 ? root : ".";
        _segments = full[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        _matchers = [.. _segments.Select(segment => !isLiteral && HasWildcard(segment) ? MatcherOf(segment) : null)];
        IsLiteral = _matchers.All(matcher => matcher is null);
        Folder = !IsLiteral && _matchers[..^1].All(matcher => matcher is null) ? _segments[..^1].Aggregate(_root, Path.Join) : null;
    }

    /// <summary>The pattern as written.</summary>
    public string Pattern { get; }

    /// <summary>Whether text means more than itself.</summary>
    public static bool HasWildcard(string text) => text.AsSpan().ContainsAny('*', '?', '[');

    /// <summary>Whether there is no wildcard in it, so that it names one path.</summary>
    public bool IsLiteral { get; }

    /// <summary>The folder in which everything lies that matches, where only the last part has wildcards; else null.</summary>
    public string? Folder { get; }

    /// <summary>The paths that match now, in ordinal order; the path itself, there or not, where there is no wildcard. What cannot be listed is left out.</summary>
    /// <param name="directories">Receives the directories in which matching names may appear, whether or not any do.</param>
    public IReadOnlyList<string> Expand(ICollection<string> directories)
    {
        if (IsLiteral)
        {
            directories.Add(Path.GetDirectoryName(Pattern) is { Length: > 0 } parent ? parent : ".");
            return [Pattern];
        }

        List<string> paths = [_root];
        for (int i = 0; i < _segments.Length; i++)
        {
            bool last = i == _segments.Length - 1;
            List<string> next = [];
            foreach (string path in paths)
            {
                if (_matchers[i] is Func<string, bool> matches)
                {
                    directories.Add(path);
                    next.AddRange(List(path, matches, directoriesOnly: !last));
                }
                else
                {
                    string inside = path == "." ? _segments[i] : Path.Join(path, _segments[i]);
                    if (last)
                    {
                        directories.Add(path);
                    }

                    if (last ? Path.Exists(inside) : Directory.Exists(inside))
                    {
                        next.Add(inside);
                    }
                }
            }

            paths = next;
        }

        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    /// <summary>Whether a path in one of the directories, or where links lead from there, matches by its name. The path itself, where there is no wildcard in the name, does not.</summary>
    public bool Matches(string path) => _matchers[^1] is Func<string, bool> matches && matches(Path.GetFileName(path));

    /// <summary>Whether it takes in the files that rotation makes of a log.</summary>
    /// <param name="path">The path of the log.</param>
    public bool MatchesRotated(string path) => Matches(path + ".1") || Matches(path + "-20260101");

    /// <summary>Whether a name in one of the directories may be, or may lead to, a path that matches.</summary>
    public bool MayConcern(string name)
    {
        for (int i = 0; i < _segments.Length; i++)
        {
            if (_matchers[i] is Func<string, bool> matches ? matches(name) : name.Equals(_segments[i], NameComparison))
            {
                return true;
            }
        }

        return false;
    }

    private static StringComparison NameComparison => OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    private static List<string> List(string directory, Func<string, bool> matches, bool directoriesOnly)
    {
        EnumerationOptions options = new() { AttributesToSkip = 0, IgnoreInaccessible = true, MatchType = MatchType.Simple, ReturnSpecialDirectories = false };
        try
        {
            FileSystemEnumerable<string> names = new(directory, (ref FileSystemEntry entry) => entry.FileName.ToString(), options);
            return
            [
                .. names.Where(matches)
                    .Select(name => directory == "." ? name : Path.Join(directory, name))
                    .Where(path => !directoriesOnly || Directory.Exists(path)),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static Func<string, bool> MatcherOf(string segment)
    {
        System.Text.StringBuilder regex = new("^");
        for (int i = 0; i < segment.Length; i++)
        {
            int close = segment[i] == '[' ? CloseOf(segment, i) : -1;
            if (close > 0)
            {
                bool opposite = segment[i + 1] == '!';
                string set = segment[(i + (opposite ? 2 : 1))..close];
                regex.Append('[').Append(opposite ? "^" : string.Empty).Append(set.Replace("\\", "\\\\").Replace("[", "\\[").Replace("]", "\\]").Replace("^", "\\^")).Append(']');
                i = close;
            }
            else
            {
                regex.Append(segment[i] switch { '*' => ".*", '?' => ".", char c => Regex.Escape(c.ToString()) });
            }
        }

        RegexOptions options = RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant
            | (OperatingSystem.IsWindows() ? RegexOptions.IgnoreCase : RegexOptions.None);
        bool wantsHidden = segment[0] == '.';
        try
        {
            Regex matcher = new(regex.Append("\\z").ToString(), options);
            return name => (wantsHidden || name[0] != '.') && matcher.IsMatch(name);
        }
        catch (ArgumentException)
        {
            // A set such as [z-a] holds nothing, so nothing matches.
            return _ => false;
        }
    }

    /// <summary>The bracket that closes the one at <paramref name="open"/>; the first character of a set may itself be one. -1 where there is none.</summary>
    private static int CloseOf(string segment, int open)
    {
        int first = open + 1 < segment.Length && segment[open + 1] == '!' ? open + 2 : open + 1;
        return first < segment.Length ? segment.IndexOf(']', first + 1) : -1;
    }
}
