using System.Runtime.CompilerServices;
using PSBan.Watch;

namespace PSBan.Binding;

/// <summary>Offers the jails that the configuration directory and the stock configuration name.</summary>
public sealed class ConfiguredJailCompleter : BanCompleter
{
    private protected override async IAsyncEnumerable<Candidate> FindAsync(CompletionRequest request, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        // Section headers are enough here: reading the whole configuration takes longer than somebody who presses Tab waits.
        SortedDictionary<string, Candidate> jails = new(StringComparer.Ordinal);
        foreach (string root in Roots(request.ConfigPath))
        {
            foreach (string file in JailFiles(root).Where(File.Exists))
            {
                foreach (string line in await File.ReadAllLinesAsync(file, cancelToken).ConfigureAwait(false))
                {
                    int end = line.IndexOf(']', StringComparison.Ordinal);
                    string name = line.StartsWith('[') && end > 1 ? line[1..end] : string.Empty;
                    if (name is not ("" or "DEFAULT" or "INCLUDES"))
                    {
                        jails.TryAdd(name, new Candidate(name, file));
                    }
                }
            }
        }

        foreach (Candidate jail in jails.Values)
        {
            yield return jail;
        }
    }

    /// <summary>A directory with a jail.conf of its own stands alone; another one lies over the stock configuration.</summary>
    private static IEnumerable<string> Roots(string? directory) =>
        directory is null ? [DefaultPaths.StockConfig] : File.Exists(Path.Combine(directory, "jail.conf")) ? [directory] : [directory, DefaultPaths.StockConfig];

    private static IEnumerable<string> JailFiles(string root)
    {
        string folder = Path.Combine(root, "jail.d");
        IEnumerable<string> parts = Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Where(file => Path.GetExtension(file) is ".conf" or ".local").Order(StringComparer.Ordinal) : [];
        return [Path.Combine(root, "jail.local"), .. parts, Path.Combine(root, "jail.conf")];
    }
}
