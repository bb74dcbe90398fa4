using System.Management.Automation;
using PSBan.Binding;
using PSBan.Firewalls;
using PSBan.Model;
using PSBan.Output;
using PSBan.Sources;
using PSBan.Watch;

namespace PSBan.Commands;

/// <summary>Follows the logs of every enabled jail and bans offenders; streams what happens until it is stopped.</summary>
[Cmdlet(VerbsLifecycle.Start, "BanWatch", SupportsShouldProcess = true, DefaultParameterSetName = FirewallSet)]
[OutputType(typeof(BanEvent), typeof(BanWatchJob))]
public sealed class StartBanWatchCommand : BanCommand
{
    private const string FirewallSet = "Firewall";
    private const string DryRunSet = "DryRun";

    private FedLogSource? _lines;
    private WatchRun? _fed;

    /// <summary>The configuration directory, in fail2ban's format.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    /// <summary>The state directory: lock and control endpoint.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string StatePath { get; set; } = DefaultPaths.State;

    /// <summary>The jails to run; every enabled one when nothing is said.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfiguredJailCompleter))]
    public string[] Jail { get; set; } = [];

    /// <summary>The packet filter to use in place of the configured ones.</summary>
    [Parameter(ParameterSetName = FirewallSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FirewallCompleter))]
    public string? Firewall { get; set; }

    /// <summary>Counts and decides, but leaves the packet filter alone.</summary>
    [Parameter(ParameterSetName = DryRunSet, Mandatory = true)]
    public SwitchParameter DryRun { get; set; }

    /// <summary>Runs the watch behind the session and returns its job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>Lines for the jails named by <see cref="Jail"/>, which read no logs then.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowEmptyString]
    [AllowNull]
    public string? InputObject { get; set; }

    private bool HasInput => MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(InputObject));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!HasInput)
        {
            return;
        }

        if (Jail.Length == 0 || AsJob)
        {
            ThrowTerminatingError(Errors.InputNeedsJail(AsJob));
        }

        WatchOptions options = Options();
        if (MayRun(options))
        {
            _lines = new FedLogSource("pipeline");
            _fed = new WatchRun(options with { Input = _lines });
            CancelToken.Register(_fed.RequestStop);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_fed is null || _lines is null)
        {
            return;
        }

        // Each line is done before the next one is asked for, so that what it brings about is written then: the pipeline may wait for hours.
        Wait(Task.WhenAny(_fed.Completion, FeedAsync(_lines, InputObject)));
        WriteEvents(_fed);
        if (_fed.Completion.IsCompleted)
        {
            Finish(_fed, Options());
            ThrowTerminatingError(Errors.WatchStopped(StatePath));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        WatchOptions options = Options();
        if (HasInput)
        {
            _lines?.Complete();
            if (_fed is not null)
            {
                Finish(_fed, options);
            }

            return;
        }

        if (!MayRun(options))
        {
            return;
        }

        if (AsJob)
        {
            var job = new BanWatchJob(MyInvocation.Line.Trim(), options);
            JobRepository.Add(job);
            WriteObject(job);
        }
        else
        {
            Run(options);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _lines?.Complete();
            _fed?.Dispose();
            _fed = null;
        }

        base.Dispose(disposing);
    }

    private static async Task FeedAsync(FedLogSource lines, string? text)
    {
        await lines.AddAsync(text, CancellationToken.None).ConfigureAwait(false);
        await lines.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        await lines.WhenIdle().ConfigureAwait(false);
    }

    private bool MayRun(WatchOptions options)
    {
        string target = options.ConfigPath ?? options.StockConfigPath;
        if (!ShouldProcess(target, options.Firewall is { } firewall ? $"Watch logs and ban through {firewall}" : "Watch logs and ban through the configured packet filters"))
        {
            return false;
        }

        WriteVerbose($"Configuration {target}, state {options.StatePath}.");
        return true;
    }

    private void Run(WatchOptions options)
    {
        // Whatever leaves this block - the end of the watch, Ctrl-C, Select-Object -First - waits until everything is down.
        using var run = new WatchRun(options);
        using CancellationTokenRegistration stop = CancelToken.Register(run.RequestStop);
        Finish(run, options);
    }

    private void WriteEvents(WatchRun run)
    {
        while (run.TakeEvent() is { } item)
        {
            WriteObject(item);
        }
    }

    /// <summary>Writes events until the watch has ended, and the error that ended it.</summary>
    private void Finish(WatchRun run, WatchOptions options)
    {
        foreach (BanEvent item in Stream(run.ReadEventsAsync(CancelToken)))
        {
            WriteObject(item);
        }

        try
        {
            Wait(run.Completion);
        }
        catch (Exception e) when (e is not PipelineStoppedException)
        {
            WriteProblems((e as ConfigurationException)?.Problems ?? []);
            ThrowTerminatingError(Errors.WatchEnded(e, options));
        }
    }

    private WatchOptions Options() => new()
    {
        ConfigPath = ConfigurationDirectory.Resolve(this, ConfigPath),
        StatePath = ResolvePath(StatePath),
        Firewall = DryRun ? FirewallBackEnds.DryRun : Firewall,
        Jails = Jail,
    };
}
