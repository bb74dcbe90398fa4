namespace PSBan.Sources;

/// <summary>Finds the one path behind the many that lead to a file.</summary>
internal static class RealPath
{
    private const int MostLinks = 40;

    /// <summary>The absolute path with every symbolic link followed, as far as they can be; what does not exist stands as written.</summary>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path);
        string current = Path.GetPathRoot(full) ?? string.Empty;
        Stack<string> rest = new(Split(full[current.Length..]).Reverse());
        for (int links = 0; rest.Count > 0;)
        {
            string next = Path.Join(current, rest.Pop());
            string? target = links < MostLinks ? TargetOf(next) : null;
            if (target is null)
            {
                current = next;
                continue;
            }

            links++;
            current = Path.GetPathRoot(target) ?? string.Empty;
            foreach (string name in Split(target[current.Length..]).Reverse())
            {
                rest.Push(name);
            }
        }

        return current;
    }

    private static string[] Split(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private static string? TargetOf(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: false)?.FullName;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
