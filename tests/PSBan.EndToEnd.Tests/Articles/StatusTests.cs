using System.Globalization;
using System.Text.RegularExpressions;
using PSBan.Control;
using PSBan.EndToEnd.Actions;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Articles;

/// <summary>
/// What <c>fail2ban-client status</c>, <c>status JAIL</c> and <c>stats</c> tell of the jails of the article about a mail server with qmail, and what a watch tells
/// of them: both run side by side on the same logs, each with a packet filter of its own.
/// </summary>
public sealed partial class StatusTests
{
    [RequiresFact("netns", "ip", "nft", "fail2ban-server", "fail2ban-client", ActionFolder.Debian)]
    public async Task A_watch_tells_of_its_jails_what_fail2ban_tells_of_them()
    {
        using WatchFolder folder = QmailFolder.Make();
        await using NetworkNamespace theirs = await NetworkNamespace.CreateAsync(), ours = await NetworkNamespace.CreateAsync();
        await using Fail2banServer server = await StartServerAsync(theirs, folder);
        await using WatchProcess watch = WatchProcess.Start(ours, folder.Path, null);
        await watch.WaitForAsync("Started");
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        await AssertSameAsync(server, client, 0, 0);

        // In each jail one who is banned, and one who is not yet; the jails of Dovecot share their log.
        foreach ((int number, QmailJail jail) in QmailFolder.Jails.Index())
        {
            folder.Fail(jail, $"203.0.113.{31 + number}", jail.MaxRetry);
            folder.Fail(jail, $"203.0.113.{131 + number}", 1 + (number % 3));
        }

        await AssertSameAsync(server, client, banned: 9, failing: 9);
        Assert.Equal(7, (await client.GetWatchAsync(CancellationToken.None)).Jails);
        Assert.Equal(9, (await client.GetWatchAsync(CancellationToken.None)).CurrentlyBanned);

        // A ban by hand, and one that is lifted.
        await server.AskAsync("set", "vpopmail", "banip", "203.0.113.200");
        await client.AddBanAsync("vpopmail", BanId.FromText("203.0.113.200"), null, CancellationToken.None);
        await server.AskAsync("set", "qmail-smtp", "unbanip", "203.0.113.31");
        await client.RemoveBanAsync("qmail-smtp", BanId.FromText("203.0.113.31"), CancellationToken.None);
        await AssertSameAsync(server, client, banned: 9, failing: 9);
    }

    [RequiresFact("netns", "ip", "nft", "fail2ban-server", "fail2ban-client", "root", ActionFolder.Debian)]
    public async Task Prefixes_with_bits_below_them_and_host_names_are_ignored_as_in_fail2ban()
    {
        string text = "127.0.0.1/8 10.0.0.1/8 trusted.example, unknown.invalid";
        using WatchFolder folder = QmailFolder.Make();
        folder.Write("jail.local", QmailFolder.JailsAsPrinted(folder, text));
        await using NetworkNamespace theirs = await NetworkNamespace.CreateAsync(), ours = await NetworkNamespace.CreateAsync();
        using var names = new HostNames("203.0.113.77 trusted.example\n2001:db8:77::7 trusted.example\n", theirs, ours);
        await using Fail2banServer server = await StartServerAsync(theirs, folder);
        await using WatchProcess watch = WatchProcess.Start(ours, folder.Path, null);
        await watch.WaitForAsync("Started");
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        QmailJail jail = QmailFolder.Jails[0];
        string[] ignored = ["127.200.0.9", "10.0.0.1", "10.200.3.4", "203.0.113.77", "2001:db8:77::7"], banned = ["11.0.0.1", "203.0.113.78", "2001:db8:77::8"];
        foreach (string address in (string[])[.. ignored, .. banned])
        {
            folder.Fail(jail, address, jail.MaxRetry);
        }

        await folder.ActiveAsync(banned);
        await AssertSameAsync(server, client, banned: banned.Length, failing: 0);
        Assert.Equal(ignored.Order(), watch.Events("Ignored").Select(item => item.GetProperty("id").GetString()).Distinct().Order());
        string?[] told = [.. watch.Events("Ignored").Select(item => item.GetProperty("message").GetString())];
        Assert.All((string[])["Ignore 10.200.3.4 by ip", "Ignore 203.0.113.77 by dns", "Ignore 2001:db8:77::7 by dns"], message => Assert.Contains(message, told));
        string ruleset = await ours.RunAsync("nft", "list", "ruleset");
        Assert.All(banned, address => Assert.Contains(address, ruleset, StringComparison.Ordinal));
        Assert.All(ignored, address => Assert.DoesNotContain(address + " ", ruleset, StringComparison.Ordinal));
    }

    private static Task<Fail2banServer> StartServerAsync(NetworkNamespace space, WatchFolder folder)
    {
        string[] ours = ["jail.local", "fail2ban.local", .. Directory.GetFiles(Path.Combine(folder.Path, "filter.d")).Select(path => Path.GetRelativePath(folder.Path, path))];
        return Fail2banServer.StartAsync(
            space,
            Path.Combine(folder.Path, "fail2ban"),
            [
                .. ours.Select(name => (name, File.ReadAllText(Path.Combine(folder.Path, name)))),

                // The one of the package has a prefregex that takes away the words which the article's patterns begin with.
                ("filter.d/roundcube-auth.conf", "[INCLUDES]\nbefore = common.conf\n[Definition]\n"),
            ]);
    }

    /// <summary>Waits until both tell the same of every jail, with so many bans and so many who fail.</summary>
    private static async Task AssertSameAsync(Fail2banServer server, WatchClient client, int banned, int failing)
    {
        string their = "", our = "";
        await Eventually.TrueAsync(
            async () =>
            {
                List<Row> theirs = await AskAsync(server), ours = await AskAsync(client);
                (their, our) = (string.Join('\n', theirs), string.Join('\n', ours));
                return their == our && ours.Sum(row => row.CurrentlyBanned) == banned && ours.Sum(row => row.CurrentlyFailed) == failing;
            },
            () => $"both tell the same, {banned} banned and {failing} failing\nfail2ban:\n{their}\npsban:\n{our}");
    }

    private static async Task<List<Row>> AskAsync(Fail2banServer server)
    {
        string all = await server.AskAsync("status");
        string[] names = JailList().Match(all).Groups[1].Value.Split(", ");
        Assert.Equal(names.Length, int.Parse(JailCount().Match(all).Groups[1].Value, CultureInfo.InvariantCulture));
        List<Row> rows = [];
        foreach (string name in names.Order(StringComparer.Ordinal))
        {
            string text = await server.AskAsync("status", name);
            rows.Add(new Row(name, (int)Number("Currently failed"), Number("Total failed"), Words("File list"), (int)Number("Currently banned"), Number("Total banned"), Words("Banned IP list")));

            string Field(string field) => Regex.Match(text, $@"- {field}:[ \t]*(.*)$", RegexOptions.Multiline).Groups[1].Value;
            long Number(string field) => long.Parse(Field(field), CultureInfo.InvariantCulture);
            string Words(string field) => string.Join(' ', Field(field).Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        }

        return rows;
    }

    private static async Task<List<Row>> AskAsync(WatchClient client)
    {
        List<Ban> bans = await client.GetBansAsync(null, CancellationToken.None).ToListAsync();
        return
        [
            .. (await client.GetJailsAsync(CancellationToken.None)).OrderBy(jail => jail.Name, StringComparer.Ordinal).Select(jail => new Row(
                jail.Name,
                jail.CurrentlyFailed,
                jail.TotalFailed,
                string.Join(' ', jail.Sources),
                jail.CurrentlyBanned,
                jail.TotalBanned,
                string.Join(' ', bans.Where(ban => ban.Jail == jail.Name).Select(ban => ban.Id.ToString()).Order(StringComparer.Ordinal)))),
        ];
    }

    [GeneratedRegex(@"Number of jail:\s+(\d+)")]
    private static partial Regex JailCount();

    [GeneratedRegex(@"Jail list:\s+(.*)")]
    private static partial Regex JailList();

    private sealed record Row(string Jail, int CurrentlyFailed, long TotalFailed, string Files, int CurrentlyBanned, long TotalBanned, string Banned);

    /// <summary>The host names that are known in namespaces: <c>ip netns exec</c> puts them in the place of <c>/etc/hosts</c>, see ip-netns(8).</summary>
    private sealed class HostNames : IDisposable
    {
        private readonly List<string> _folders = [];

        public HostNames(string text, params NetworkNamespace[] spaces)
        {
            foreach (NetworkNamespace space in spaces)
            {
                string folder = Path.Combine("/etc/netns", space.Name);
                Directory.CreateDirectory(folder);
                _folders.Add(folder);
                File.WriteAllText(Path.Combine(folder, "hosts"), "127.0.0.1 localhost\n::1 localhost\n" + text);
                File.WriteAllText(Path.Combine(folder, "resolv.conf"), "");
            }
        }

        public void Dispose()
        {
            _folders.ForEach(folder => Directory.Delete(folder, recursive: true));
            if (Directory.GetFileSystemEntries("/etc/netns").Length == 0)
            {
                Directory.Delete("/etc/netns");
            }
        }
    }
}
