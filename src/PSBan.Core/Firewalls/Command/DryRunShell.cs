namespace PSBan.Firewalls.Command;

/// <summary>Runs nothing and tells what would have been run.</summary>
/// <param name="tell">Takes the script.</param>
internal sealed class DryRunShell(Action<ShellScript> tell) : IShell
{
    /// <inheritdoc/>
    public Task<ShellResult> RunAsync(ShellScript script, TimeSpan timeout, CancellationToken cancelToken)
    {
        cancelToken.ThrowIfCancellationRequested();
        tell(script);
        return Task.FromResult(new ShellResult(0, "", ""));
    }
}
