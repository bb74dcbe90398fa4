using PSBan.Configuration;
using PSBan.Firewalls.Command;
using PSBan.Model;

namespace PSBan.Tests.Firewalls.Command;

/// <summary>Makes actions and bans without files.</summary>
internal static class ActionFile
{
    public static ActionOptions Options(params (string Name, string Value)[] properties) => new()
    {
        File = "test",
        Name = "test",
        Properties = properties.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal),
    };

    public static CommandDefinition Define(params (string Name, string Value)[] properties)
    {
        List<Problem> problems = [];
        CommandDefinition? definition = CommandDefinition.TryCreate("jail", Options(properties), problems);
        Assert.Empty(problems);
        return definition!;
    }

    public static Ban Ban(string id = "192.0.2.7", params (string Name, string Value)[] data) =>
        new("jail", BanId.FromText(id), DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), Duration.FromSeconds(600))
        {
            Failures = 5,
            Count = 2,
            Data = data.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal),
        };

    public static ShellScript Write(string command, Ban? ban) =>
        ScriptWriter.Write(command, new CommandTicket("jail", ban, "inet4", DateTimeOffset.FromUnixTimeSeconds(1_700_000_123), new JailNumbers(1, 2, 3, 4)).ValueOf);
}
