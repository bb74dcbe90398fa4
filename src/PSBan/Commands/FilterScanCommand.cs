using System.Management.Automation;
using System.Text.RegularExpressions;
using PSBan.Binding;
using PSBan.Model;
using PSBan.Output;
using PSBan.Scan;
using PSBan.Sources;

namespace PSBan.Commands;

/// <summary>A cmdlet that reads logs once against a filter.</summary>
public abstract partial class FilterScanCommand : BanCommand
{
    private protected const string PathSet = "LogPath";
    private protected const string LiteralPathSet = "LiteralPath";
    private protected const string InputObjectSet = "InputObject";

    private readonly List<string> _logs = [];
    private ScanProgress? _progress;
    private bool _isShown;

    /// <summary>The filter: a name in filter.d (with options in brackets), a file, or the text of a pattern.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FilterCompleter))]
    public string Filter { get; set; } = string.Empty;

    /// <summary>The logs to read: files, wildcards being expanded; <c>systemd-journal</c>, or <c>eventlog</c>, with the bracket options of <c>backend</c>.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] LogPath { get; set; } = [];

    /// <summary>The logs to read; the names are taken as they stand.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath", "FullName", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Lines of a log.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    [AllowEmptyString]
    [AllowNull]
    public string? InputObject { get; set; }

    /// <summary>A pattern whose lines are not counted, in place of those of the filter.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? IgnoreRegex { get; set; }

    /// <summary>A date pattern in place of that of the filter.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DatePattern { get; set; }

    /// <summary>The configuration directory whose filters are used.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    /// <summary>The entries of the journal to read, as in <c>journalmatch</c>, in place of those that the filter asks for.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string? JournalMatch { get; set; }

    /// <summary>The encoding of the logs.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Encoding { get; set; } = "auto";

    private protected FilterScan Scan { get; private set; } = null!;

    /// <summary>How many lines of each kind a report keeps.</summary>
    private protected virtual int KeepLines => 0;

    /// <summary>Whether the time that each pattern takes is measured.</summary>
    private protected virtual bool MeasuresTime => false;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        var options = new ScanOptions
        {
            Filter = FilterText(),
            IgnoreRegex = IgnoreRegex,
            DatePattern = DatePattern,
            ConfigPath = ConfigurationDirectory.Resolve(this, ConfigPath),
            Encoding = Encoding,
            JournalMatch = JournalMatch,
            Backend = LogPath.Any(LogSources.IsJournal) ? "systemd" : "auto",
            KeepLines = KeepLines,
            MeasuresTime = MeasuresTime,
        };
        FilterScan? scan = FilterScan.TryCreate(options, out IReadOnlyList<Problem> problems);
        if (scan is null)
        {
            // The last error ends the pipeline; whatever else is wrong is said before.
            Problem? last = problems.LastOrDefault(problem => problem.Severity == ProblemSeverity.Error);
            WriteProblems(problems.Where(problem => problem != last));
            ThrowTerminatingError(last is null ? Errors.FilterUnusable(Filter) : Errors.Of(last));
        }

        WriteProblems(problems);
        Scan = scan!;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                _logs.AddRange(LogPaths.Expand(this, LogPath));
                break;
            case LiteralPathSet:
                _logs.AddRange(LogPaths.Literal(this, LiteralPath));
                break;
            default:
                AddLine(InputObject);
                break;
        }
    }

    /// <summary>Opens the logs that were named, for a reading that shows how far it has come.</summary>
    private protected IReadOnlyList<ILogSource> OpenLogs()
    {
        _progress = _logs.Count > 0 ? new ScanProgress(_logs, Scan.Meter, TimeProvider.System) : null;
        try
        {
            return [.. _logs.Select(Scan.Open)];
        }
        catch (IOException e)
        {
            ThrowTerminatingError(Errors.LogUnreadable(e, LogPath));
            throw;
        }
    }

    private protected override void ShowProgress()
    {
        if (_progress?.Next() is { } record)
        {
            _isShown = true;
            WriteProgress(record);
        }
    }

    /// <summary>Takes the bar away, where there is one.</summary>
    private protected void EndProgress()
    {
        if (_isShown)
        {
            _isShown = false;
            WriteProgress(ScanProgress.End());
        }
    }

    /// <summary>Takes a string that arrived through the pipeline.</summary>
    /// <param name="text">A line, or a text with line ends in it.</param>
    private protected abstract void AddLine(string? text);

    /// <summary>A filter named by a file is looked for from PowerShell's location; a name or a pattern stays as it is.</summary>
    private string FilterText()
    {
        Match file = FilterFile().Match(Filter);
        if (!file.Success)
        {
            return Filter;
        }

        string path = Path.Combine(SessionState.Path.CurrentFileSystemLocation.ProviderPath, file.Groups["path"].Value);
        return File.Exists(path) ? path + file.Groups["options"].Value : Filter;
    }

    [GeneratedRegex(@"^(?<path>[^\[\r\n]+\.(conf|local))(?<options>\[.*\])?$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex FilterFile();
}
