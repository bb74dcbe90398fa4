using System.CommandLine;
using PSBan.Control;
using PSBan.Firewalls;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Host;

/// <summary><c>psban clear</c>: removes all that PSBan has in the packet filters, such as what a killed watch has left.</summary>
internal static class ClearCommand
{
    public static Command Create()
    {
        var state = new Option<string>("--state", "-s") { Description = "The state directory of the watch that must not be running.", HelpName = "DIR", DefaultValueFactory = _ => DefaultPaths.State };
        var force = new Option<bool>("--force") { Description = "Clear under a running watch too; it puts its rules back within a minute." };
        var dryRun = new Option<bool>("--what-if") { Description = "Only print what would be removed." };
        var command = new Command("clear", "Remove the tables, chains, sets and rules of PSBan from every packet filter, bans included, and nothing of anybody else's.") { state, force, dryRun };
        command.SetAction((arguments, cancelToken) => RunAsync(Path.GetFullPath(arguments.GetValue(state)!), arguments.GetValue(force), arguments.GetValue(dryRun), cancelToken));
        return command;
    }

    private static async Task<int> RunAsync(string statePath, bool force, bool dryRun, CancellationToken cancelToken)
    {
        if (!force && !dryRun && await IsRunningAsync(statePath, cancelToken).ConfigureAwait(false))
        {
            Console.Error.WriteLine($"A watch is running for {statePath}; it would put its rules back. Stop it, which removes them, or say --force.");
            return ExitCode.Problems;
        }

        try
        {
            foreach (FirewallStatus found in await FirewallCleaner.FindAsync(cancelToken).ConfigureAwait(false))
            {
                if (!dryRun)
                {
                    await FirewallCleaner.ClearAsync(found.Name, cancelToken).ConfigureAwait(false);
                }

                Console.Out.WriteLine($"{found.Name}: {(dryRun ? "would remove" : "removed")} {string.Join(", ", found.Ours)}");
            }

            return ExitCode.Good;
        }
        catch (FirewallException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Problems;
        }
    }

    private static async Task<bool> IsRunningAsync(string statePath, CancellationToken cancelToken)
    {
        try
        {
            await using WatchClient client = await WatchClient.ConnectAsync(statePath, cancelToken).ConfigureAwait(false);
            return true;
        }
        catch (WatchNotRunningException e)
        {
            return e.AccessDenied;
        }
    }
}
