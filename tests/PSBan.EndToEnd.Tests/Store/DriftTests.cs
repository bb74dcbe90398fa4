using System.Text.Json;
using PSBan.Control;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Store;

/// <summary>Whatever somebody does to the packet filter by hand, it comes to hold again what the watch knows, and nothing else in sets of ours.</summary>
public sealed class DriftTests
{
    private const string Ours = "203.0.113.31";
    private const string Stray = "198.51.100.99";

    [RequiresFact("nft", "ip", "root")]
    public async Task Both_directions_are_repaired_while_it_runs_and_when_it_starts()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = new();
        folder.Write("auth.log", string.Empty);
        folder.Write("jail.local", $"[sshd]\nenabled = true\nlogpath = {folder.Log}\nbackend = auto\nbantime = 1h\n");
        await using (WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft"))
        {
            await watch.WaitForAsync("Started");
            await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
            await client.AddBanAsync("sshd", BanId.FromText(Ours), null, CancellationToken.None);
            string set = await SpoilAsync(space);
            FirewallRepair repair = Assert.Single(await client.SyncFirewallAsync(CancellationToken.None));
            Assert.Equal((1, 1), (repair.Restored, repair.Removed));
            await ExpectAsync(space, set);
            JsonElement told = await watch.WaitForAsync("FirewallRepaired");
            Assert.Contains("1 bans were missing and are put back, 1 that nobody wants are removed", told.GetProperty("message").GetString(), StringComparison.Ordinal);

            // What is asked for once does not come about again by itself.
            Assert.All(await client.SyncFirewallAsync(CancellationToken.None), again => Assert.Equal((0, 0), (again.Restored, again.Removed)));
        }

        // Killed: what stands there is what somebody leaves of it.
        string left = await SpoilAsync(space);
        await using WatchProcess next = WatchProcess.Start(space, folder.Path, "nft");
        await next.WaitForAsync("Started");
        await ExpectAsync(space, left);
    }

    /// <summary>Takes our ban out by hand, and puts a stranger in.</summary>
    private static async Task<string> SpoilAsync(NetworkNamespace space)
    {
        using JsonDocument table = JsonDocument.Parse(await space.RunAsync("nft", "-j", "list", "table", "inet", "psban"));
        string set = table.RootElement.GetProperty("nftables").EnumerateArray()
            .Where(item => item.TryGetProperty("set", out JsonElement found) && found.TryGetProperty("elem", out JsonElement elements) && elements.ToString().Contains(Ours, StringComparison.Ordinal))
            .Select(item => item.GetProperty("set").GetProperty("name").GetString()!)
            .First();
        await space.RunAsync("nft", "delete", "element", "inet", "psban", set, "{", Ours, "}");
        await space.RunAsync("nft", "add", "element", "inet", "psban", set, "{", Stray, "timeout", "1h", "}");
        return set;
    }

    private static Task ExpectAsync(NetworkNamespace space, string set) => Eventually.TrueAsync(
        async () => await space.RunAsync("nft", "list", "set", "inet", "psban", set) is var text && text.Contains(Ours, StringComparison.Ordinal) && !text.Contains(Stray, StringComparison.Ordinal),
        "the set holds our ban and no other");
}
