using System.Management.Automation;
using PSBan.Binding;
using PSBan.Firewalls;
using PSBan.Model;
using PSBan.Output;
using PSBan.Watch;

namespace PSBan.Commands;

/// <summary>Follows the logs of every enabled jail and bans offenders; streams what happens until it is stopped.</summary>
[Cmdlet(VerbsLifecycle.Start, "BanWatch", SupportsShouldProcess = true, DefaultParameterSetName = FirewallSet)]
[OutputType(typeof(BanEvent), typeof(BanWatchJob))]
public sealed class StartBanWatchCommand : BanCommand
{
    private const string FirewallSet = "Firewall";
    private const string DryRunSet = "DryRun";

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

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        WatchOptions options = Options();
        string target = options.ConfigPath ?? options.StockConfigPath;
        if (!ShouldProcess(target, options.Firewall is { } firewall ? $"Watch logs and ban through {firewall}" : "Watch logs and ban through the configured packet filters"))
        {
            return;
        }

        WriteVerbose($"Configuration {target}, state {options.StatePath}.");
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

    private void Run(WatchOptions options)
    {
        // Whatever leaves this block - the end of the watch, Ctrl-C, Select-Object -First - waits until everything is down.
        using var run = new WatchRun(options);
        using CancellationTokenRegistration stop = CancelToken.Register(run.RequestStop);
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
