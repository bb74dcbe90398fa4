using System.Runtime.CompilerServices;
using PSBan.Configuration;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Sources;

namespace PSBan.Scan;

/// <summary>
/// Reads logs once against a filter: the engine of <c>Test-BanFilter</c>, <c>Find-BanFailure</c> and <c>psban test</c>. Every call begins afresh: what a
/// filter remembers from line to line is not carried over.
/// </summary>
public sealed class FilterScan
{
    private readonly ScanOptions _options;
    private readonly FilterOptions _filter;
    private readonly IReadOnlyList<Problem> _problems;

    private FilterScan(ScanOptions options, FilterOptions filter, IReadOnlyList<Problem> problems) => (_options, _filter, _problems) = (options, filter, problems);

    /// <summary>How far the reading that began last has come.</summary>
    public ReadMeter Meter { get; } = new();

    /// <summary>Loads the filter.</summary>
    /// <param name="options">The filter and how to read.</param>
    /// <param name="problems">Everything that is wrong with it.</param>
    /// <returns>The scan; null where the filter is missing or cannot be used.</returns>
    public static FilterScan? TryCreate(ScanOptions options, out IReadOnlyList<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<Problem> found = [];
        problems = found;
        if (FilterText.Load(options, found) is not { } filter)
        {
            return null;
        }

        filter = filter with
        {
            IgnoreRegex = options.IgnoreRegex is { } ignore ? [new Located<string>(ignore, default)] : filter.IgnoreRegex,
            UseDns = options.UseDns ?? filter.UseDns,
            DatePattern = options.DatePattern is { } date ? new Located<string>(date, default) : filter.DatePattern,
        };
        return LineFilter.TryCreate(filter, Lines(options, checkAll: true), found) is null ? null : new FilterScan(options, filter, found);
    }

    /// <summary>Makes the source of a log, to be read once.</summary>
    /// <param name="log">The path of a file, or the journal: <c>systemd-journal</c>, <c>systemd-journal[journalpath="…"]</c>.</param>
    /// <exception cref="IOException">The name of the journal is malformed.</exception>
    public ILogSource Open(string log)
    {
        ArgumentNullException.ThrowIfNull(log);
        IEnumerable<string> matches = _options.JournalMatch is { } match ? [match] : _filter.JournalMatch.Select(line => line.Value);
        return LogSources.OneShot(log, _options.Encoding, matches);
    }

    /// <summary>Reads the logs and counts. As fail2ban-regex does, it tries every pattern on a line and passes over empty lines and those beginning with <c>#</c>.</summary>
    /// <param name="sources">The logs.</param>
    /// <param name="cancelToken">Ends the reading.</param>
    /// <exception cref="IOException">A log is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A log may not be read.</exception>
    public async Task<FilterReport> TestAsync(IEnumerable<ILogSource> sources, CancellationToken cancelToken)
    {
        ArgumentNullException.ThrowIfNull(sources);
        long start = _options.Clock.GetTimestamp();
        LineFilter filter = LineFilter.TryCreate(_filter, Lines(_options, checkAll: true) with { OnlyCounts = true, MeasuresTime = _options.MeasuresTime }, new List<Problem>())!;
        Meter.Reset();
        var tally = new LineTally(_options.KeepLines);
        List<string> names = [];
        foreach (ILogSource source in sources)
        {
            names.Add(source.Name);
            Meter.Begin(source.Name);
            await ReadAsync(source, filter, tally, cancelToken).ConfigureAwait(false);
        }

        return tally.Report(filter) with
        {
            Filter = _options.Filter,
            Sources = names,
            Problems = _problems,
            ElapsedSeconds = _options.Clock.GetElapsedTime(start).TotalSeconds,
        };
    }

    /// <summary>Reads the logs and hands out each failure as it is found; as in a jail, the first failregex that matches a line decides.</summary>
    /// <param name="sources">The logs.</param>
    /// <param name="cancelToken">Ends the reading.</param>
    /// <exception cref="IOException">A log is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A log may not be read.</exception>
    public async IAsyncEnumerable<FoundFailure> FindAsync(IEnumerable<ILogSource> sources, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        ArgumentNullException.ThrowIfNull(sources);
        LineFilter filter = LineFilter.TryCreate(_filter, Lines(_options, checkAll: false) with { SkipsUnlikelyLines = true }, new List<Problem>())!;
        List<FoundFailure> found = [];
        Meter.Reset();
        foreach (ILogSource source in sources)
        {
            Meter.Begin(source.Name);
            await foreach (LogBlock block in source.ReadAsync(cancelToken).ConfigureAwait(false))
            {
                Find(block, filter, found);
                Meter.Add(block.Text.Length);
                foreach (FoundFailure failure in found)
                {
                    yield return failure;
                }

                found.Clear();
            }
        }
    }

    private async Task ReadAsync(ILogSource source, LineFilter filter, LineTally tally, CancellationToken cancelToken)
    {
        if (!_options.MeasuresTime && source is FileSource file && filter.Sieve is { } sieve)
        {
            using SievingReader reader = new(file, filter, sieve, tally, Meter);
            await reader.ReadAsync(cancelToken).ConfigureAwait(false);
            return;
        }

        await foreach (LogBlock block in source.ReadAsync(cancelToken).ConfigureAwait(false))
        {
            tally.Take(block, filter);
            Meter.Add(block.Text.Length);
        }
    }

    private static LineFilterOptions Lines(ScanOptions options, bool checkAll) => new() { Clock = options.Clock, TimeWindow = false, CheckAllRegex = checkAll };

    private void Find(LogBlock block, LineFilter filter, List<FoundFailure> found)
    {
        List<Failure> failures = [];
        foreach (LogLine line in new LogBlockLines(block))
        {
            if (LineSieve.IsNoLine(line.Text))
            {
                continue;
            }

            filter.Process(line, true, failures);
            foreach (Failure failure in failures)
            {
                found.Add(new FoundFailure(block.Source, failure.LineNumber, failure.Time, failure.Id, _filter.FailRegex[failure.PatternIndex].Value, VisibleText.Of(line.Text.ToString()))
                {
                    Address = failure.Address,
                    HostName = failure.HostName,
                    User = failure.User,
                    SessionId = failure.Data.GetValueOrDefault("mlfid"),
                    Data = failure.Data,
                });
            }

            failures.Clear();
        }
    }
}
