using System.Management.Automation;
using PSBan.Scan;
using PSBan.Sources;

namespace PSBan.Commands;

/// <summary>Reports what a filter makes of logs: the hits of each pattern and date template, and the lines matched, ignored and missed.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BanFilter", DefaultParameterSetName = PathSet)]
[OutputType(typeof(FilterReport))]
public sealed class TestBanFilterCommand : FilterScanCommand
{
    private FedLogSource? _lines;
    private Task<FilterReport>? _report;

    /// <summary>Keeps the lines that no pattern matched.</summary>
    [Parameter]
    public SwitchParameter ShowMissed { get; set; }

    /// <summary>Keeps the lines that were failures.</summary>
    [Parameter]
    public SwitchParameter ShowMatched { get; set; }

    /// <summary>Keeps the lines that an ignoreregex took out.</summary>
    [Parameter]
    public SwitchParameter ShowIgnored { get; set; }

    /// <summary>Measures how long each pattern takes.</summary>
    [Parameter]
    public SwitchParameter ShowTime { get; set; }

    /// <summary>The most lines of each kind that are kept.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaxLines { get; set; } = ScanOptions.DefaultMaxLines;

    private protected override int KeepLines => ShowMissed || ShowMatched || ShowIgnored ? MaxLines : 0;

    private protected override bool MeasuresTime => ShowTime;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_lines is not null)
        {
            Wait(Task.WhenAny(_report!, _lines.FlushAsync(CancelToken).AsTask()));
            _lines.Complete();
        }
        else if (OpenLogs() is { Count: > 0 } logs)
        {
            _report = Task.Run(() => Scan.TestAsync(logs, CancelToken), CancelToken);
        }

        if (_report is null)
        {
            return;
        }

        try
        {
            FilterReport report = Wait(_report);
            WriteObject(report with
            {
                MissedLines = ShowMissed ? report.MissedLines : [],
                MatchedLines = ShowMatched ? report.MatchedLines : [],
                IgnoredLines = ShowIgnored ? report.IgnoredLines : [],
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ThrowTerminatingError(Errors.LogUnreadable(e, LogPath));
        }
        finally
        {
            EndProgress();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _report is not null)
        {
            ((IAsyncResult)_report).AsyncWaitHandle.WaitOne();
        }

        base.Dispose(disposing);
    }

    private protected override void AddLine(string? text)
    {
        if (_lines is null)
        {
            FedLogSource lines = _lines = new FedLogSource("pipeline");
            _report = Task.Run(() => Scan.TestAsync([lines], CancelToken), CancelToken);
        }

        // A scan that failed reads no more; adding to it would wait for ever.
        Wait(Task.WhenAny(_report!, _lines.AddAsync(text, CancelToken).AsTask()));
    }
}
