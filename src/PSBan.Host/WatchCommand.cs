using System.CommandLine;
using System.Runtime.InteropServices;
using PSBan.Firewalls;
using PSBan.Model;
using PSBan.Sources;
using PSBan.Store;
using PSBan.Watch;

namespace PSBan.Host;

/// <summary><c>psban watch</c>: runs the watch until SIGTERM, SIGINT or a stop from the control endpoint; SIGHUP lets it read its configuration again.</summary>
internal static class WatchCommand
{
    // The log of the watch: a burst of ten thousand offenders, each found five times and banned, is written down whole.
    private const int LogCapacity = 60_000;

    public static Command Create()
    {
        Option<DirectoryInfo?> config = CommonOptions.Config();
        var state = new Option<string>("--state", "-s")
        {
            Description = "The state directory: lock and control endpoint. One watch a directory.",
            HelpName = "DIR",
            DefaultValueFactory = _ => DefaultPaths.State,
        };
        var firewall = new Option<string?>("--firewall", "-f") { Description = "The packet filter for every native action; command: run every action by its file in action.d; dry-run: change nothing and run nothing. Without it the configuration's actions choose." };
        firewall.AcceptOnlyFromAmong("auto", "nft", "iptables", "ipset", "windows-firewall", "command", "dry-run");
        var jails = new Option<string[]>("--jail", "-j") { Description = "Run these jails only (* and ? allowed).", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        var standardInput = new Option<bool>("--stdin") { Description = "Read the lines of the jails named by --jail from standard input in place of their logs; the watch ends with it, and leaves bans where the packet filter keeps their time (nft, ipset)." };
        Option<bool> json = CommonOptions.Json("Print events as JSON, one a line.");
        var command = new Command("watch", "Follow the logs of every enabled jail, count, ban and unban, until stopped. SIGHUP: read the configuration again.") { config, state, firewall, jails, standardInput, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(standardInput) && result.GetValue(jails) is not { Length: > 0 })
            {
                result.AddError("--stdin needs --jail: name the jails whose lines come through standard input.");
            }
        });
        command.SetAction((arguments, cancelToken) => RunAsync(
            new WatchOptions
            {
                ConfigPath = CommonOptions.ConfigPath(arguments.GetValue(config)),
                StatePath = Path.GetFullPath(arguments.GetValue(state)!),
                Firewall = arguments.GetValue(firewall),
                Jails = arguments.GetValue(jails) ?? [],
                Input = arguments.GetValue(standardInput) ? new TextLogSource("standard input", new StandardInput()) : null,
            },
            arguments.GetValue(json),
            cancelToken));
        return command;
    }

    private static async Task<int> RunAsync(WatchOptions options, bool json, CancellationToken cancelToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelToken);
        using PosixSignalRegistration term = On(PosixSignal.SIGTERM, stop);
        using PosixSignalRegistration interrupt = On(PosixSignal.SIGINT, stop);
        using var memory = new MemoryKeeper(options.Clock);
        var watcher = new BanWatcher(options);
        var terminal = new ControllingTerminal();
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            if (OperatingSystem.IsWindows() || terminal.IsGone)
            {
                // A terminal that is closed must not leave rules behind.
                stop.Cancel();
            }
            else
            {
                _ = ReloadAsync(watcher, stop.Token);
            }
        });
        return await RunAsync(watcher, json, Console.Out, stop.Token, MemoryKeeper.EndStart).ConfigureAwait(false);
    }

    /// <summary>Runs the watch and prints its events; what keeps it from starting goes to standard error.</summary>
    internal static async Task<int> RunAsync(BanWatcher watcher, bool json, TextWriter output, CancellationToken cancelToken, Action? whenStarted = null)
    {
        using EventSubscription events = watcher.Subscribe(LogCapacity);
        Task run = watcher.RunAsync(cancelToken);
        EventPrinter? printer = new(output, json);
        await foreach (BanEvent item in events.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (item.Kind == BanEventKind.Started)
            {
                whenStarted?.Invoke();
            }

            try
            {
                printer?.Print(item);
                if (events.IsEmpty)
                {
                    printer?.Flush();
                }
            }
            catch (IOException)
            {
                // Nobody reads any more, as when the terminal was closed: no reason to leave the rules behind, or the host unprotected.
                printer = null;
            }
        }

        try
        {
            await run.ConfigureAwait(false);
            return ExitCode.Good;
        }
        catch (ConfigurationException e)
        {
            foreach (Problem problem in e.Problems)
            {
                Console.Error.WriteLine(problem);
            }

            Console.Error.WriteLine(e.Message);
        }
        catch (Exception e) when (e is FirewallException or StoreException or WatchAlreadyRunningException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
        }

        return ExitCode.Problems;
    }

    // What comes of it is among the events.
    private static async Task ReloadAsync(BanWatcher watcher, CancellationToken cancelToken)
    {
        try
        {
            await watcher.ReloadAsync(cancelToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The end of the watch.
        }
    }

    private static PosixSignalRegistration On(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
}
