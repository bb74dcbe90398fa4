namespace PSBan.Firewalls.Ipset;

/// <summary>The program <c>ipset</c>.</summary>
/// <param name="runner">Runs it.</param>
/// <param name="time">The clock.</param>
internal sealed class IpsetTool(CommandRunner runner, TimeProvider time)
{
    private const int DestroyTries = 50;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly string[] s_save = ["save"];
    private static readonly string[] s_names = ["list", "-n"];
    private static readonly string[] s_restore = ["restore", "-exist"];

    /// <summary>Reads all sets.</summary>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task<IpsetListing> ReadAsync(CancellationToken cancelToken)
    {
        CommandResult result = await runner.RunAsync("ipset", s_save, null, cancelToken).ConfigureAwait(false);
        return result.Succeeded ? IpsetListing.Parse(result.Text) : throw CommandFailures.ToException(result, "list the sets");
    }

    /// <summary>Carries out a script; what is there already, or is not there to be removed, is no error.</summary>
    /// <param name="script">The script.</param>
    /// <param name="purpose">What it is meant to do, as in <c>make the sets</c>.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task RestoreAsync(string script, string purpose, CancellationToken cancelToken)
    {
        CommandResult result = await runner.RunAsync("ipset", s_restore, script, cancelToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw result.Error.Contains("set with the given name does not exist", StringComparison.Ordinal)
                ? new FirewallException(FirewallFailure.Gone, $"A set of PSBan's is gone (was it destroyed?): {CommandFailures.Words(result)}")
                : CommandFailures.ToException(result, purpose);
        }
    }

    /// <summary>Removes those sets of PSBan's that are picked.</summary>
    /// <param name="pick">Which.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public async Task DestroyAsync(Func<string, bool> pick, CancellationToken cancelToken)
    {
        for (int tries = 1; ; tries++)
        {
            CommandResult names = await runner.RunAsync("ipset", s_names, null, cancelToken).ConfigureAwait(false);
            if (!names.Succeeded)
            {
                throw CommandFailures.ToException(names, "list the sets");
            }

            string[] sets = [.. names.Text.Split('\n').Where(name => name.StartsWith(IpsetNames.Start, StringComparison.Ordinal) && pick(name))];
            if (sets.Length == 0)
            {
                return;
            }

            CommandResult result = await runner.RunAsync("ipset", s_restore, IpsetScript.Destroy(sets), cancelToken).ConfigureAwait(false);
            if (result.Succeeded)
            {
                return;
            }

            // The kernel lets go of a rule a little after it has gone.
            if (tries == DestroyTries || !result.Error.Contains("in use by a kernel component", StringComparison.Ordinal))
            {
                throw CommandFailures.ToException(result, "remove the sets");
            }

            await Task.Delay(s_pause, time, cancelToken).ConfigureAwait(false);
        }
    }
}
