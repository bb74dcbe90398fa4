using System.Globalization;
using PSBan.Configuration;
using PSBan.Control;
using PSBan.EndToEnd.Support;
using PSBan.Firewalls;
using PSBan.Model;
using PSBan.Scan;
using PSBan.Sources;
using PSBan.Watch;

namespace PSBan.EndToEnd.Articles;

/// <summary>A Domino server in a container, with the settings and the log of the article that describes it.</summary>
public sealed class DominoTests : IDisposable
{
    private const string Lines = """
        [000738:000012-00007F1164B21700] 05-11-2022 14:18:50 SMTP Server: Authentication failed for user honors ; connecting host 5.34.207.55
        [000738:000016-00007F1164B21700] 05-11-2022 14:18:51 SMTP Server: 5.34.207.55 connected
        [000738:000013-00007F1164C23700] 05-11-2022 14:18:51 SMTP Server: 5.34.207.52 disconnected. 0 message[s] received
        [000738:000013-00007F1164B21700] 05-11-2022 14:18:51 SMTP Server: 5.34.207.52 connected
        [000738:000012-00007F1164C23700] 05-11-2022 14:18:52 SMTP Server: 5.34.207.55 disconnected. 0 message[s] received
        [000738:000010-00007F1164B21700] 05-11-2022 14:18:52 SMTP Server: Authentication failed for user protocollo@martdj.nl ; connecting host 2.57.122.207
        [000738:000010-00007F1164C23700] 05-11-2022 14:18:53 SMTP Server: 2.57.122.207 disconnected. 0 message[s] received
        [000738:000014-00007F1164B21700] 05-11-2022 14:18:53 SMTP Server: Authentication failed for user lhy ; connecting host 5.34.207.55
        [000738:000010-00007F1164C23700] 05-11-2022 14:18:53 SMTP Server: 5.34.207.55 connected
        [000738:000014-00007F1164C23700] 05-11-2022 14:18:55 SMTP Server: 5.34.207.55 disconnected. 0 message[s] received
        [000738:000012-00007F1164B21700] 05-11-2022 14:18:55 SMTP Server: command-combo.halffail.com (141.98.11.75) connected
        [000738:000017-00007F1164C23700] 05-11-2022 14:18:55 SMTP Server: Authentication failed for user slice ; connecting host 5.34.207.55
        """;

    private const string Filter = """
        [Definition]
        failregex = ^.* (http|smtp): .* \[<HOST>\] authentication failure using internet password.*
                    ^.* TLS/SSL connection .* <HOST>.* failed with rejected.*
                    ^.*SMTP Server(?::|\s+\[[^\]]+\]) Authentication failed for user .* \; connecting host <HOST>
        """;

    private readonly WatchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("article")]
    [InlineData("domino")]
    public async Task The_lines_of_the_article_blame_two_addresses_and_miss_the_rest(string filter)
    {
        _folder.Write("filter.d/article.conf", Filter);
        ScanOptions options = new() { Filter = filter, ConfigPath = _folder.Path, KeepLines = 20, StockConfigPath = DefaultPathsForTests.Stock };
        FilterScan scan = FilterScan.TryCreate(options, out IReadOnlyList<Problem> problems)!;
        Assert.Empty(problems);

        FilterReport report = await scan.TestAsync([new TextLogSource("article", Lines.Split('\n'))], CancellationToken.None);
        Assert.Equal((12L, 4L, 8L, 0L), (report.Lines, report.Matched, report.Missed, report.Ignored));
        Assert.All(report.MissedLines, line => Assert.Contains("connected", line, StringComparison.Ordinal));

        List<string> found = [];
        await foreach (FoundFailure failure in scan.FindAsync([new TextLogSource("article", Lines.Split('\n'))], CancellationToken.None))
        {
            found.Add(string.Create(CultureInfo.InvariantCulture, $"{failure.LineNumber} {failure.Time:HH:mm:ss} {failure.Address}"));
        }

        Assert.Equal(["1 14:18:50 5.34.207.55", "6 14:18:52 2.57.122.207", "8 14:18:53 5.34.207.55", "12 14:18:55 5.34.207.55"], found);
    }

    [Theory]
    [InlineData(300, 300, 8, "")]
    [InlineData(300, 86400, 1, "bantime = 24h\nmaxretry = 1")]
    public void Its_jail_loads_as_written(int findTime, int banTime, int maxRetry, string changes)
    {
        _folder.Write("filter.d/domino.conf", Filter);
        _folder.Write("jail.local", Jail(_folder.Log, changes));
        WatchConfiguration configuration = ConfigurationLoader.Load(_folder.Path, DefaultPathsForTests.Stock, FirewallFactory.Names);
        JailOptions jail = Assert.Single(configuration.Jails);
        Assert.Empty(configuration.Problems);
        Assert.Equal((findTime, banTime, maxRetry), ((int)jail.FindTime.Value.TotalSeconds, (int)jail.BanTime.Value.TotalSeconds, jail.MaxRetry.Value));
        Assert.Equal(["127.0.0.1/8"], jail.IgnoreIp.Select(entry => entry.Value));
        Assert.Equal("0:65535", Assert.Single(jail.Actions).Parameters["port"]);
    }

    [Fact]
    public async Task The_running_jail_shows_what_the_status_of_the_article_shows()
    {
        _folder.Write("filter.d/domino.conf", Filter);
        _folder.Write("auth.log", string.Empty);
        _folder.Write("jail.local", Jail(_folder.Log, "bantime = 24h\nmaxretry = 3"));
        using CancellationTokenSource stop = new();
        string state = WatchProcess.StateOf(_folder.Path);
        BanWatcher watcher = new(new WatchOptions { ConfigPath = _folder.Path, StockConfigPath = DefaultPathsForTests.Stock, StatePath = state, Firewall = "dry-run" });
        using EventSubscription events = watcher.Subscribe();
        Task run = watcher.RunAsync(stop.Token);
        string stamp = DateTimeOffset.Now.ToString("dd-MM-yyyy HH:mm:ss", CultureInfo.InvariantCulture);
        await foreach (BanEvent item in events.ReadAllAsync(new CancellationTokenSource(WatchProcess.Patience).Token))
        {
            if (item.Kind == BanEventKind.Started)
            {
                await File.AppendAllLinesAsync(_folder.Log, Lines.Split('\n').Select(line => line[..33] + stamp + line[52..]));
            }

            if (item.Kind == BanEventKind.Banned)
            {
                break;
            }
        }

        await using (WatchClient client = await WatchClient.ConnectAsync(state, CancellationToken.None))
        {
            JailInfo jail = Assert.Single(await client.GetJailsAsync(CancellationToken.None));
            Assert.Equal(("domino", 1, 4L, 1, 1L), (jail.Name, jail.CurrentlyFailed, jail.TotalFailed, jail.CurrentlyBanned, jail.TotalBanned));
            Assert.Equal([_folder.Log], jail.Sources);
            List<Ban> bans = [];
            await foreach (Ban ban in client.GetBansAsync("domino", CancellationToken.None))
            {
                bans.Add(ban);
            }

            Assert.Equal(("5.34.207.55", 3), (Assert.Single(bans).Address.ToString(), bans[0].Failures));
        }

        await stop.CancelAsync();
        await run;
    }

    private static string Jail(string log, string changes) => $"""
        [domino]
        enabled = true
        filter = domino
        logpath = {log}
        backend = polling
        port = 0:65535
        findtime = 300
        {(changes.Contains("bantime", StringComparison.Ordinal) ? string.Empty : "bantime = 300\n")}{(changes.Contains("maxretry", StringComparison.Ordinal) ? string.Empty : "maxretry = 8\n")}ignoreip = 127.0.0.1/8
        {changes}
        """;
}
