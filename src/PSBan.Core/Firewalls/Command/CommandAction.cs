using PSBan.Model;

namespace PSBan.Firewalls.Command;

/// <summary>
/// The life of one action of one jail, after fail2ban's rules: started once or by the first ban of an address family, looked after and repaired when a
/// command fails, flushed and stopped at the end. Calls do not overlap; each may throw <see cref="FirewallException"/> with the command's own words,
/// and the caller repeats it or not.
/// </summary>
/// <param name="definition">What it consists of.</param>
/// <param name="shell">Runs the commands.</param>
/// <param name="numbers">The numbers of the jail.</param>
/// <param name="time">The clock.</param>
/// <param name="past">Knows the bans of the past; null where nobody does.</param>
internal sealed class CommandAction(CommandDefinition definition, IShell shell, Func<JailNumbers> numbers, TimeProvider time, IBanPast? past = null)
{
    private readonly Dictionary<string, FamilyState> _families = new(StringComparer.Ordinal);

    /// <summary>What it consists of.</summary>
    public CommandDefinition Definition => definition;

    /// <summary>How often the surroundings of a family were made anew; what stood in them before is gone then.</summary>
    /// <param name="family">The address family.</param>
    public int Epoch(string family) => _families.TryGetValue(family, out FamilyState? state) ? state.Epoch : 0;

    /// <summary>Whether two families share what their start sets up.</summary>
    /// <param name="family">One.</param>
    /// <param name="other">The other.</param>
    public bool Shares(string family, string other) => family == other || definition.Operation("actionstart", family) == definition.Operation("actionstart", other);

    /// <summary>Starts every family that is not started, where starting does not wait for the first ban.</summary>
    /// <param name="cancelToken">Kills the command.</param>
    /// <exception cref="FirewallException">A command failed.</exception>
    public async Task StartAsync(CancellationToken cancelToken)
    {
        foreach (string family in definition.StartsOnDemand ? [] : definition.Families)
        {
            if (!State(family).IsStarted)
            {
                await StartAsync(family, cancelToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Bans.</summary>
    /// <param name="ban">The ban.</param>
    /// <param name="isAgain">Whether it stood already, in surroundings that are gone (<c>actionreban</c>).</param>
    /// <param name="cancelToken">Kills the command.</param>
    /// <exception cref="FirewallException">A command failed.</exception>
    public async Task BanAsync(Ban ban, bool isAgain, CancellationToken cancelToken)
    {
        string family = CommandTicket.FamilyOf(ban.Id);
        if (definition.StartsOnDemand && !State(family).IsStarted)
        {
            await StartAsync(family, cancelToken).ConfigureAwait(false);
        }

        await CarryOutAsync(isAgain && definition.Has("actionreban") ? "actionreban" : "actionban", ban, cancelToken).ConfigureAwait(false);
        State(family).IsStarted = true;
        State(family).HasItems = true;
    }

    /// <summary>Tells of a ban that now ends later, where the action wants to know.</summary>
    /// <param name="ban">The ban as it is now.</param>
    /// <param name="cancelToken">Kills the command.</param>
    /// <exception cref="FirewallException">A command failed.</exception>
    public Task ProlongAsync(Ban ban, CancellationToken cancelToken) => CarryOutAsync("actionprolong", ban, cancelToken);

    /// <summary>Lifts a ban.</summary>
    /// <param name="ban">The ban.</param>
    /// <param name="cancelToken">Kills the command.</param>
    /// <exception cref="FirewallException">A command failed.</exception>
    public Task UnbanAsync(Ban ban, CancellationToken cancelToken) => CarryOutAsync("actionunban", ban, cancelToken);

    /// <summary>Undoes what a failed ban may have left, and does not mind where there is nothing.</summary>
    /// <param name="ban">The ban.</param>
    /// <param name="cancelToken">Kills the command.</param>
    public Task CleanAsync(Ban ban, CancellationToken cancelToken) => RunAsync("actionunban", ban, CommandTicket.FamilyOf(ban.Id), cancelToken);

    /// <summary>Lifts all bans at once.</summary>
    /// <param name="cancelToken">Kills the command.</param>
    /// <exception cref="FirewallException">A command failed.</exception>
    public async Task FlushAsync(CancellationToken cancelToken)
    {
        string[] families = [.. _families.Where(pair => pair.Value.HasItems).Select(pair => pair.Key)];
        await ForEachAsync("actionflush", families, cancelToken).ConfigureAwait(false);
        foreach (string family in families)
        {
            State(family).HasItems = false;
        }
    }

    /// <summary>Stops every started family.</summary>
    /// <param name="cancelToken">Kills the command.</param>
    /// <exception cref="FirewallException">A command failed; the others have been run all the same.</exception>
    public async Task StopAsync(CancellationToken cancelToken)
    {
        string[] started = [.. _families.Where(pair => pair.Value.IsStarted).Select(pair => pair.Key)];
        string[] tried = [.. _families.Where(pair => !pair.Value.IsStarted && pair.Value.WasTried).Select(pair => pair.Key)];
        _families.Clear();
        await ForEachAsync("actionstop", started, cancelToken).ConfigureAwait(false);
        foreach (string family in started.Length == 0 ? tried : [])
        {
            // A start that failed may have done half its work.
            await RunAsync("actionstop", null, family, cancelToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks whether the surroundings of a family stand, and makes them anew where not.</summary>
    /// <param name="family">The address family.</param>
    /// <param name="cancelToken">Kills the command.</param>
    /// <exception cref="FirewallException">They cannot be made anew.</exception>
    public async Task VerifyAsync(string family, CancellationToken cancelToken)
    {
        if (State(family).IsStarted && !await StandsAsync(family, cancelToken).ConfigureAwait(false))
        {
            await RepairAsync(family, cancelToken).ConfigureAwait(false);
        }
    }

    private async Task StartAsync(string family, CancellationToken cancelToken)
    {
        State(family).WasTried = true;

        // What is the same for two families is done once.
        if (!Sharing(family).Any(state => state.IsStarted)
            && await RunAsync("actionstart", null, family, cancelToken).ConfigureAwait(false) is { Succeeded: false } result)
        {
            throw Failed("be started", result);
        }

        State(family).IsStarted = true;
    }

    /// <summary>The families that are started by the same command, and so share what it sets up.</summary>
    private FamilyState[] Sharing(string family) => [.. _families.Where(pair => Shares(family, pair.Key)).Select(pair => pair.Value)];

    private async Task CarryOutAsync(string hook, Ban ban, CancellationToken cancelToken)
    {
        string family = CommandTicket.FamilyOf(ban.Id);
        ShellResult result = await RunAsync(hook, ban, family, cancelToken).ConfigureAwait(false);
        if (result.Succeeded)
        {
            return;
        }

        string what = hook switch { "actionunban" => $"lift the ban of {ban.Id}", "actionprolong" => $"prolong the ban of {ban.Id}", _ => $"ban {ban.Id}" };
        if (!definition.Has("actioncheck") || await StandsAsync(family, cancelToken).ConfigureAwait(false))
        {
            throw Failed(what, result);
        }

        if (hook == "actionunban" && !definition.RepairsOnUnban)
        {
            throw new FirewallException(FirewallFailure.Gone, $"{Failed(what, result).Message} What it had set up is gone, and the ban with it.");
        }

        try
        {
            await RepairAsync(family, cancelToken).ConfigureAwait(false);
        }
        catch (FirewallException exception)
        {
            // Why the command failed says more than why the repair did.
            throw new FirewallException(FirewallFailure.CommandFailed, $"{Failed(what, result).Message} {exception.Message}", exception);
        }

        result = await RunAsync(hook, ban, family, cancelToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw Failed(what, result);
        }
    }

    private async Task<bool> StandsAsync(string family, CancellationToken cancelToken) =>
        (await RunAsync("actioncheck", null, family, cancelToken).ConfigureAwait(false)).Succeeded;

    private async Task RepairAsync(string family, CancellationToken cancelToken)
    {
        State(family).IsStarted = true;
        FamilyState[] concerned = [.. Sharing(family).Where(state => state.IsStarted)];
        foreach (FamilyState state in concerned)
        {
            state.Epoch++;
            state.IsStarted = false;
        }

        if (definition.Has("actionrepair"))
        {
            ShellResult result = await RunAsync("actionrepair", null, family, cancelToken).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                throw Failed("be repaired", result);
            }
        }
        else
        {
            // Taking down what is half gone may well fail; whether it stands again is what counts.
            await RunAsync("actionstop", null, family, cancelToken).ConfigureAwait(false);
            await StartAsync(family, cancelToken).ConfigureAwait(false);
        }

        bool stands = await StandsAsync(family, cancelToken).ConfigureAwait(false);
        Array.ForEach(concerned, state => state.IsStarted = stands);
        if (!stands)
        {
            throw new FirewallException(FirewallFailure.CommandFailed, $"What the action '{definition.Name}' had set up is gone and cannot be made anew: its actioncheck still fails.");
        }
    }

    private async Task ForEachAsync(string hook, string[] families, CancellationToken cancelToken)
    {
        HashSet<string> done = new(StringComparer.Ordinal);
        ShellResult? failed = null;
        foreach (string family in families)
        {
            if (done.Add(definition.Operation(hook, family)))
            {
                ShellResult result = await RunAsync(hook, null, family, cancelToken).ConfigureAwait(false);
                failed ??= result.Succeeded ? null : result;
            }
        }

        if (failed is not null)
        {
            throw Failed(hook == "actionflush" ? "lift all bans" : "be stopped", failed);
        }
    }

    private async Task<ShellResult> RunAsync(string hook, Ban? ban, string family, CancellationToken cancelToken)
    {
        string command = definition.Command(hook, family);
        if (string.IsNullOrWhiteSpace(command))
        {
            return new ShellResult(0, "", "");
        }

        CommandTicket ticket = new(definition.Jail, ban, family, time.GetUtcNow(), numbers()) { BanTime = definition.BanTime };
        ticket = ticket with
        {
            Hosts = await CommandHosts.ForAsync(command, ticket.Address, time, cancelToken).ConfigureAwait(false),
            Past = await PastAsync(ban, false, command, "<ipmatches>", "<ipfailures>", cancelToken).ConfigureAwait(false),
            PastOfJail = await PastAsync(ban, true, command, "<ipjailmatches>", "<ipjailfailures>", cancelToken).ConfigureAwait(false),
        };
        return await shell.RunAsync(ScriptWriter.Write(command, ticket.ValueOf), definition.Timeout, cancelToken).ConfigureAwait(false);
    }

    /// <summary>What is remembered of a banned identifier, where the command asks for it.</summary>
    private async Task<BanPast?> PastAsync(Ban? ban, bool ofItsJail, string command, string matches, string failures, CancellationToken cancelToken) =>
        past is not null && ban is not null && (command.Contains(matches, StringComparison.Ordinal) || command.Contains(failures, StringComparison.Ordinal))
            ? await past.FindAsync(ban, ofItsJail, cancelToken).ConfigureAwait(false)
            : null;

    private FamilyState State(string family)
    {
        if (!_families.TryGetValue(family, out FamilyState? state))
        {
            _families[family] = state = new FamilyState();
        }

        return state;
    }

    private FirewallException Failed(string what, ShellResult result) =>
        new(FirewallFailure.CommandFailed, $"The action '{definition.Name}' could not {what}: {result.Complaint}.");

    private sealed class FamilyState
    {
        public bool IsStarted { get; set; }

        public bool WasTried { get; set; }

        public bool HasItems { get; set; }

        public int Epoch { get; set; }
    }
}
