using PSBan.Control;
using PSBan.EndToEnd.Support;
using PSBan.Model;

namespace PSBan.EndToEnd.Actions;

/// <summary>A configuration with one sshd jail and actions of its own.</summary>
internal static class ActionFolder
{
    public const string Debian = "/etc/fail2ban/action.d";
    private static int s_session = 1000;

    /// <summary>Makes a folder whose jail has the given actions, one a line.</summary>
    public static WatchFolder Make(string banTime, string[] actions, params (string Name, string Text)[] files) => Make(banTime, actions, string.Empty, files);

    /// <summary>Makes a folder whose jail has the given actions, one a line, and something else.</summary>
    public static WatchFolder Make(string banTime, string[] actions, string more, params (string Name, string Text)[] files)
    {
        WatchFolder folder = new();
        folder.Write("auth.log", string.Empty);
        foreach ((string name, string text) in files)
        {
            folder.Write(Path.Combine("action.d", name), text);
        }

        folder.Write("jail.local", $"""
            [sshd]
            enabled    = true
            logpath    = {folder.Log}
            backend    = auto
            ignoreself = false
            maxretry   = 2
            findtime   = 10m
            bantime    = {banTime}
            {more}
            action     = {string.Join("\n             ", actions)}
            """);
        return folder;
    }

    /// <summary>Copies Debian's actions as they are.</summary>
    public static void TakeDebian(this WatchFolder folder)
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "action.d"));
        foreach (string file in Directory.GetFiles(Debian))
        {
            File.Copy(file, Path.Combine(folder.Path, "action.d", Path.GetFileName(file)));
        }
    }

    /// <summary>Lets somebody fail often enough, each time in a session of its own.</summary>
    public static void Offend(this WatchFolder folder, string address, string user = "root") =>
        folder.Append(Enumerable.Range(0, 2).Select(i => $"mail sshd[{Interlocked.Increment(ref s_session)}]: Failed password for {user} from {address} port 5{i}000 ssh2"));

    /// <summary>Waits until the bans of the watch are these, all in force.</summary>
    public static async Task ActiveAsync(this WatchFolder folder, params string[] addresses)
    {
        string seen = "";
        await Eventually.TrueAsync(
            async () =>
            {
                List<Ban> bans = await folder.BansAsync();
                seen = string.Join(", ", bans.Select(ban => $"{ban.Id} {ban.State}"));
                return bans.TrueForAll(ban => ban.State == BanState.Active) && bans.Select(ban => ban.Id.ToString()).Order(StringComparer.Ordinal).SequenceEqual(addresses.Order(StringComparer.Ordinal));
            },
            () => $"the bans of {string.Join(", ", addresses)} are in force; there are {seen}");
    }

    public static async Task<List<Ban>> BansAsync(this WatchFolder folder)
    {
        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        List<Ban> bans = [];
        await foreach (Ban ban in client.GetBansAsync(null, CancellationToken.None))
        {
            bans.Add(ban);
        }

        return bans;
    }
}
