using PSBan.Watch;

namespace PSBan.Binding;

/// <summary>Offers the filters of the configuration directory and of the stock configuration.</summary>
public sealed class FilterCompleter : BanCompleter
{
    private protected override IAsyncEnumerable<Candidate> FindAsync(CompletionRequest request, CancellationToken cancelToken)
    {
        SortedDictionary<string, Candidate> filters = new(StringComparer.Ordinal);
        foreach (string root in new[] { request.ConfigPath, DefaultPaths.StockConfig }.OfType<string>())
        {
            var folder = new DirectoryInfo(Path.Combine(root, "filter.d"));
            foreach (FileInfo file in folder.Exists ? folder.EnumerateFiles() : [])
            {
                string name = Path.GetFileNameWithoutExtension(file.Name);
                if (file.Extension is ".conf" or ".local" && !name.EndsWith("-common", StringComparison.Ordinal))
                {
                    filters.TryAdd(name, new Candidate(name, file.FullName));
                }
            }
        }

        return filters.Values.ToAsyncEnumerable();
    }
}
