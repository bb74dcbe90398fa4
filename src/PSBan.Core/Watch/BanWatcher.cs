using PSBan.Model;

namespace PSBan.Watch;

/// <summary>
/// The watch: follows the logs of every enabled jail, counts failures, bans and unbans, and answers at the control endpoint of its state directory.
/// One object is one run.
/// </summary>
public sealed class BanWatcher
{
    private readonly WatchOptions _options;
    private readonly EventHub _events;

    /// <summary>Makes a watch; nothing is opened yet.</summary>
    /// <param name="options">What to watch with.</param>
    public BanWatcher(WatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _events = new EventHub(options.Clock);
    }

    /// <summary>Opens a queue of events; subscribe before <see cref="RunAsync"/> to miss nothing. Every subscription ends when the watch has ended.</summary>
    public EventSubscription Subscribe() => _events.Subscribe();

    /// <summary>Starts, runs until cancelled (or stopped at the control endpoint), and takes down everything that is ours before it returns.</summary>
    /// <param name="cancelToken">Ends the watch.</param>
    /// <exception cref="ConfigurationException">No jail can run.</exception>
    /// <exception cref="WatchAlreadyRunningException">Another watch holds the state directory.</exception>
    /// <exception cref="Firewalls.FirewallException">The packet filter cannot be changed; nothing was started.</exception>
    /// <exception cref="IOException">The state directory cannot be used.</exception>
    public Task RunAsync(CancellationToken cancelToken)
    {
        _events.End();
        throw new NotSupportedException(_options.StatePath);
    }
}
