using System.Management.Automation;
using PSBan.Commands;
using PSBan.Sources;

namespace PSBan.Binding;

/// <summary>Finds the logs that a cmdlet was pointed at, and reports those that are not there or cannot be read.</summary>
internal static class LogPaths
{
    /// <summary>The files behind <c>-LogPath</c>, wildcards expanded, in order; the names of the journal and the event log stay as they are.</summary>
    public static IEnumerable<string> Expand(BanCommand command, IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            if (LogSources.IsNamed(path))
            {
                yield return path;
                continue;
            }

            IReadOnlyList<string> found = [];
            try
            {
                found = [.. command.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider).Where(_ => FileSystemPaths.IsFileSystem(provider)).Order(StringComparer.Ordinal)];
            }
            catch (Exception e) when (e is ItemNotFoundException or System.Management.Automation.DriveNotFoundException)
            {
                // A plain name that is not there: reported as one that found nothing.
            }

            if (found.Count == 0)
            {
                command.WriteError(Errors.LogNotFound(path));
            }

            foreach (string file in found.Where(file => IsReadable(command, file)))
            {
                yield return file;
            }
        }
    }

    /// <summary>The files behind <c>-LiteralPath</c>.</summary>
    public static IEnumerable<string> Literal(BanCommand command, IEnumerable<string> paths) =>
        paths.Select(command.ResolvePath).Where(file => IsReadable(command, file));

    private static bool IsReadable(BanCommand command, string file)
    {
        try
        {
            File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete).Dispose();
            return true;
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(file))
        {
            command.WriteError(Errors.LogUnreadable(new IOException($"{file} is a directory and not a log."), file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            command.WriteError(Errors.LogUnreadable(e, file));
        }

        return false;
    }
}
