using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Windows;

/// <summary>The article of the Domino administrator on Windows: his wish for a rule that fills itself from the log, and many addresses a rule.</summary>
[Collection(WineMachine.Collection)]
public sealed class WindowsFirewallTests(WineMachine machine) : IDisposable
{
    private readonly DominoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RequiresFact("wine64")]
    public async Task An_address_is_blocked_after_three_failed_logins_in_the_log_of_Domino_and_freed_when_its_time_is_up()
    {
        _folder.WriteJail("bantime = 4s\nmaxretry = 3");
        await using WindowsProbe probe = await machine.ProbeAsync();
        await using WatchProcess watch = machine.Watch(_folder.Path);
        await watch.WaitForAsync("Started");
        await _folder.AppendAsync(probe, "5.34.207.55", "2.57.122.207", "5.34.207.55", "5.34.207.55");
        await watch.WaitForAsync("Banned", item => item.GetProperty("address").GetString() == "5.34.207.55");
        await Eventually.TrueAsync(async () => (await probe.RulesAsync()).Count > 0 || watch.Events("Unbanned").Count > 0, "a rule stands");
        await watch.WaitForAsync("Unbanned");
        await Eventually.TrueAsync(async () => (await probe.RulesAsync()).Count == 0, "the rule goes");
        Assert.Contains("advfirewall firewall add rule name=PSBan-domino-tcp-0001 dir=in action=block enable=yes profile=any protocol=tcp localport=25,465,587 remoteip=5.34.207.55", Journal);
        Assert.DoesNotContain(Journal, line => line.Contains("2.57.122.207", StringComparison.Ordinal));
        Assert.Equal((0, ""), await watch.StopAsync("INT"));
    }

    [RequiresFact("wine64")]
    public async Task The_201st_address_begins_a_second_rule_that_goes_with_its_last_address_and_clearing_removes_ours_alone()
    {
        const string foreign = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=25|Name=Domino SMTP|";
        _folder.WriteJail("maxretry = 1");
        await using WindowsProbe probe = await machine.ProbeAsync();
        await probe.AskAsync("put-rule", "{0A1B2C3D-0000-0000-0000-000000000000}", foreign);
        await using WatchProcess watch = machine.Watch(_folder.Path);
        await watch.WaitForAsync("Started");
        await _folder.AppendAsync(probe, Numbered(201));
        await BlockedAsync(probe, 201);
        Assert.Equal([("Domino SMTP", 0), ("PSBan-domino-tcp-0001", 200), ("PSBan-domino-tcp-0002", 1)], await SizesAsync(probe));

        string alone = (await probe.RulesAsync())[^1].Split('|').Single(field => field.StartsWith("RA4=", StringComparison.Ordinal))[4..];
        File.Delete(machine.Journal);
        await probe.AskAsync("unban", _folder.State, "domino", alone);
        await BlockedAsync(probe, 200);
        Assert.Equal(["# 1", "advfirewall firewall delete rule name=PSBan-domino-tcp-0002"], Journal);

        await probe.AskAsync("ban", _folder.State, "domino", "203.0.113.9", "2001:db8::9", "224.0.0.1");
        await BlockedAsync(probe, 202);
        Assert.Equal(["Domino SMTP", "PSBan-domino-tcp-0001", "PSBan-domino-tcp-0002"], (await SizesAsync(probe)).Select(rule => rule.Name));
        (int exitCode, string output, string error) = await machine.RunPsbanAsync("clear", "--force", "--state", _folder.State);
        Assert.Equal((0, "windows-firewall: removed rule PSBan-domino-tcp-0001, rule PSBan-domino-tcp-0002", ""), (exitCode, output.Trim(), error));
        Assert.Equal([foreign], await probe.RulesAsync());
        Assert.Equal((0, ""), await watch.StopAsync("INT"));
    }

    [RequiresFact("wine64")]
    public async Task A_watch_that_was_killed_finds_its_bans_standing_and_what_nobody_wants_any_more_goes()
    {
        _folder.WriteJail("maxretry = 1");
        await using WindowsProbe probe = await machine.ProbeAsync();
        await using (WatchProcess first = machine.Watch(_folder.Path))
        {
            await first.WaitForAsync("Started");
            await _folder.AppendAsync(probe, "203.0.113.1", "203.0.113.2");
            await BlockedAsync(probe, 2);
            Assert.Equal(137, (await first.StopAsync("KILL")).ExitCode);
        }

        Assert.Equal(["203.0.113.1", "203.0.113.2"], await probe.BlockedAsync());
        await probe.AskAsync("put-rule", "{0A1B2C3D-0000-0000-0000-000000000001}", "v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=25|LPort=465|LPort=587|RA4=198.51.100.1|Name=PSBan-domino-tcp-0007|");
        await _folder.AppendAsync(probe, "203.0.113.3");
        File.Delete(machine.Journal);
        await using (WatchProcess second = machine.Watch(_folder.Path))
        {
            await second.WaitForAsync("Started");
            await Eventually.TrueAsync(async () => (await probe.BlockedAsync()).SequenceEqual(["203.0.113.1", "203.0.113.2", "203.0.113.3"]), "the bans stand, and no others");
            Assert.DoesNotContain(Journal, line => line.Contains("add rule", StringComparison.Ordinal));
            Assert.Equal(["203.0.113.1", "203.0.113.2", "203.0.113.3"], (await probe.AskAsync("bans", _folder.State)).EnumerateArray().Select(ban => ban.GetString()).Order());
            Assert.Equal((0, ""), await second.StopAsync("INT"));
        }

        Assert.Empty(await probe.RulesAsync());
        await using WatchProcess third = machine.Watch(_folder.Path);
        await third.WaitForAsync("Started");
        await BlockedAsync(probe, 3);
    }

    [RequiresFact("wine64")]
    public async Task Twenty_thousand_addresses_stand_in_a_hundred_rules()
    {
        _folder.WriteJail("maxretry = 1");
        await using WindowsProbe probe = await machine.ProbeAsync();
        await using WatchProcess watch = machine.Watch(_folder.Path);
        await watch.WaitForAsync("Started");
        _folder.Write("console.log", string.Concat(Numbered(20_000).Select(address => DominoFolder.Line(address) + "\r\n")));
        await BlockedAsync(probe, 20_000);
        IReadOnlyList<(string Name, int Count)> sizes = await SizesAsync(probe);
        Assert.Equal(100, sizes.Count);
        Assert.All(sizes, rule => Assert.Equal(200, rule.Count));
        Assert.Equal((0, ""), await watch.StopAsync("INT"));
        Assert.Empty(await probe.RulesAsync());
    }

    [RequiresFact("wine64")]
    public async Task An_address_that_Windows_refuses_is_told_and_the_others_stand()
    {
        _folder.WriteJail("maxretry = 1");
        await using WindowsProbe probe = await machine.ProbeAsync();
        await probe.AskAsync("set-profile", "PublicProfile", "EnableFirewall", "0");
        await using WatchProcess watch = machine.Watch(_folder.Path, refused: "10.0.0.7");
        await watch.WaitForAsync("FirewallFailed", item => item.GetProperty("message").GetString()!.Contains("off for public networks", StringComparison.Ordinal));
        await watch.WaitForAsync("Started");
        await _folder.AppendAsync(probe, Numbered(12));
        await BlockedAsync(probe, 11);
        await watch.WaitForAsync("FirewallFailed", item => item.GetProperty("message").GetString()!.Contains("refuses the address 10.0.0.7,", StringComparison.Ordinal));
        Assert.DoesNotContain("10.0.0.7", await probe.BlockedAsync());
    }

    private string[] Journal => File.ReadAllLines(machine.Journal);

    private static IEnumerable<string> Numbered(int count) => Enumerable.Range(1, count).Select(number => $"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}");

    private static Task BlockedAsync(WindowsProbe probe, int count) => Eventually.TrueAsync(async () => (await probe.BlockedAsync()).Count == count, $"{count} addresses stand");

    private static async Task<IReadOnlyList<(string Name, int Count)>> SizesAsync(WindowsProbe probe) =>
        [.. (await probe.RulesAsync()).Select(rule => rule.Split('|')).Select(fields => (fields.First(field => field.StartsWith("Name=", StringComparison.Ordinal))[5..], fields.Count(field => field.StartsWith("RA", StringComparison.Ordinal))))];
}
