using System.CommandLine;
using PSBan.Host;

var root = new RootCommand("PSBan: fail2ban for people who live in PowerShell. Follows logs, counts failures, bans offenders in the packet filter.")
{
    WatchCommand.Create(),
    TestCommand.Create(),
    CheckCommand.Create(),
    ClearCommand.Create(),
    DemoCommand.Create(),
};

ParseResult arguments = root.Parse(args);
if (arguments.Errors.Count > 0)
{
    foreach (var error in arguments.Errors)
    {
        Console.Error.WriteLine(error.Message);
    }

    Console.Error.WriteLine("'psban --help' and 'psban COMMAND --help' list what can be said.");
    return ExitCode.Usage;
}

return await arguments.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }).ConfigureAwait(false);
