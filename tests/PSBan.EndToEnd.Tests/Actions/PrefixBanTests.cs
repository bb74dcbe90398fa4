using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Actions;

/// <summary>What the article does with an action of its own, as a setting of the jail: the network of the offender is banned on docker's chain.</summary>
public sealed class PrefixBanTests
{
    [RequiresTheory("netns", "ip", "iptables", "ipset")]
    [InlineData("iptables-ipset[type=multiport, port=25, chain=DOCKER-USER, blocktype=DROP]")]
    [InlineData("iptables-multiport[port=25, chain=DOCKER-USER, blocktype=DROP]")]
    public async Task The_network_is_banned_unless_somebody_in_it_is_ignored(string action)
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        await space.RunAsync("iptables", "-N", "DOCKER-USER");
        string before = await StateAsync(space);
        using WatchFolder folder = ActionFolder.Make("1h", [action], "banprefix4 = 24\nbanprefix6 = 64\nignoreip = 198.51.100.9\n");
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, null);
        await watch.WaitForAsync("Started");
        folder.Offend("203.0.113.31");
        folder.Offend("198.51.100.77");
        folder.Offend("2001:db8:bad:1::5");
        await folder.ActiveAsync("203.0.113.0/24", "198.51.100.77", "2001:db8:bad:1::/64");

        var spared = await watch.WaitForAsync("ConfigurationProblem", item => item.GetProperty("message").GetString()!.StartsWith("198.51.100.0/24", StringComparison.Ordinal));
        Assert.Equal("198.51.100.0/24 is not banned as a whole, because it holds an address that is ignored (ip); 198.51.100.77 is banned alone.", spared.GetProperty("message").GetString());
        string during = await StateAsync(space);
        Assert.All(["203.0.113.0/24", "198.51.100.77", "2001:db8:bad:1::/64", "-A DOCKER-USER -p tcp -m multiport --dports 25 -j psban"], text => Assert.Contains(text, during, StringComparison.Ordinal));
        Assert.DoesNotContain("198.51.100.0/24", during, StringComparison.Ordinal);

        Assert.Equal((0, string.Empty), await watch.StopAsync());
        Assert.Equal(before, await StateAsync(space));
    }

    private static async Task<string> StateAsync(NetworkNamespace space) =>
        await space.RunAsync("iptables", "-S") + await space.RunAsync("ip6tables", "-S") + await space.RunAsync("ipset", "save");
}
