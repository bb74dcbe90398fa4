using System.Management.Automation;
using PSBan.Scan;
using PSBan.Sources;

namespace PSBan.Commands;

/// <summary>Streams every failure that a filter finds in logs.</summary>
[Cmdlet(VerbsCommon.Find, "BanFailure", DefaultParameterSetName = PathSet)]
[OutputType(typeof(FoundFailure))]
public sealed class FindBanFailureCommand : FilterScanCommand
{
    private FedLogSource? _lines;
    private IAsyncEnumerator<FoundFailure>? _found;
    private Task<bool>? _next;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            if (_lines is not null)
            {
                _lines.Complete();
                while (Wait(_next!))
                {
                    WriteNext();
                }
            }
            else if (OpenLogs() is { Count: > 0 } logs)
            {
                foreach (FoundFailure failure in Stream(Scan.FindAsync(logs, CancelToken)))
                {
                    WriteObject(failure);
                    ShowProgress();
                }
            }
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
        if (disposing)
        {
            // An enumerator can be let go only between two of its steps.
            if (_next is not null)
            {
                ((IAsyncResult)_next).AsyncWaitHandle.WaitOne();
            }

            _found?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _found = null;
        }

        base.Dispose(disposing);
    }

    private protected override void AddLine(string? text)
    {
        if (_lines is null)
        {
            _lines = new FedLogSource("pipeline");
            _found = Scan.FindAsync([_lines], CancelToken).GetAsyncEnumerator(CancelToken);
            _next = _found.MoveNextAsync().AsTask();
        }

        // Line by line, so that what a line gives is written before the next one is asked for: Get-Content -Wait feeds this.
        Wait(_lines.AddAsync(text, CancelToken).AsTask());
        Wait(_lines.FlushAsync(CancelToken).AsTask());
        while (Wait(Task.WhenAny(_next!, _lines.WhenIdle())) == _next && Wait(_next!))
        {
            WriteNext();
        }
    }

    private void WriteNext()
    {
        WriteObject(_found!.Current);
        _next = _found.MoveNextAsync().AsTask();
    }
}
