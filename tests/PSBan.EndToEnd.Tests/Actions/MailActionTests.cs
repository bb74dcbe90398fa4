using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Actions;

/// <summary>Debian's sendmail-whois-lines as the article uses it, with programs in place of sendmail and whois that write down what they get.</summary>
public sealed class MailActionTests
{
    private const string Offender = "203.0.113.31";

    [RequiresFact("netns", "ip", "nft", "env", ActionFolder.Debian)]
    public async Task The_mail_holds_whois_and_the_lines_of_the_log()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder("mailcmd=\"sendmail -f '<sender>' '<dest>'\"");
        string mails = Path.Combine(folder.Path, "mails");
        Program(folder, "sendmail", $"printf 'To %s:\\n' \"$3\" >> {mails}; cat >> {mails}; echo '=== end' >> {mails}");
        Program(folder, "whois", "echo \"netname: EXAMPLE of $1\"");
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft", "env", $"PATH={folder.Path}/bin:{Environment.GetEnvironmentVariable("PATH")}");
        await watch.WaitForAsync("Started");

        folder.Offend(Offender, "$(touch " + folder.Path + "/pwned)");
        await folder.ActiveAsync(Offender);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(mails) && File.ReadAllText(mails).Contains($"banned {Offender}", StringComparison.Ordinal) && File.ReadAllText(mails).EndsWith("=== end\n", StringComparison.Ordinal)), "the mail is sent");
        Assert.Equal((0, string.Empty), await watch.StopAsync());

        string text = await File.ReadAllTextAsync(mails);
        string[] sent = text.Split("=== end\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, sent.Length);
        Assert.Contains("The jail SMTP has been started successfully.", sent[0], StringComparison.Ordinal);
        Assert.StartsWith("To postmaster@example.org:\nSubject: [Fail2Ban] SMTP: banned 203.0.113.31 from ", sent[1], StringComparison.Ordinal);
        Assert.Contains("From: Fail2Ban <fail2ban@example.org>", sent[1], StringComparison.Ordinal);
        Assert.Contains("2 attempts against SMTP", sent[1], StringComparison.Ordinal);
        Assert.Contains("netname: EXAMPLE of 203.0.113.31", sent[1], StringComparison.Ordinal);
        Assert.Equal(2, sent[1].Split('\n').Count(line => line.Contains("Failed password for $(touch ", StringComparison.Ordinal) && line.Contains("from 203.0.113.31 port", StringComparison.Ordinal)));
        Assert.Contains("The jail SMTP has been stopped.", sent[2], StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Path, "pwned")));
        Assert.Empty(watch.Events("FirewallFailed"));
    }

    [RequiresFact("netns", "ip", "nft", ActionFolder.Debian)]
    public async Task A_missing_program_is_said_and_the_ban_stands()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = MakeFolder("mailcmd=\"/nonexistent/sendmail '<dest>'\"");
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        var failed = await watch.WaitForAsync("FirewallFailed");
        Assert.Equal("sshd", failed.GetProperty("jail").GetString());
        Assert.Contains("The action 'sendmail-whois-lines-SMTP' could not be started: a program of it was not found on the path (exit code 127): ", failed.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("/nonexistent/sendmail: not found", failed.GetProperty("message").GetString(), StringComparison.Ordinal);

        folder.Offend(Offender);
        failed = await watch.WaitForAsync("FirewallFailed", item => item.GetProperty("id").GetString() == Offender);
        Assert.StartsWith("The action 'sendmail-whois-lines-SMTP' could not ban 203.0.113.31: ", failed.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.EndsWith(" The ban stands all the same; the command is not repeated.", failed.GetProperty("message").GetString(), StringComparison.Ordinal);
        await folder.ActiveAsync(Offender);
        Assert.Contains(Offender, await space.RunAsync("nft", "list", "ruleset"), StringComparison.Ordinal);
        Assert.Equal((0, string.Empty), await watch.StopAsync());
    }

    [RequiresFact("netns", "ip", "nft")]
    public async Task A_slow_action_is_in_nobodys_way()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = ActionFolder.Make("1h", ["nftables[type=multiport, name=SMTP, port=\"25\"]", "slow[timeout=600]", "quick"],
            ("slow.conf", "[Definition]\nactionban = sleep 600\nactionunban = true\n"),
            ("quick.conf", "[Definition]\nactionban = touch <folder>/<ip>\n[Init]\nfolder = /tmp\n"));
        folder.Write("action.d/quick.local", $"[Init]\nfolder = {folder.Path}\n");
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "nft");
        await watch.WaitForAsync("Started");
        folder.Offend("203.0.113.31");
        folder.Offend("203.0.113.32");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(Path.Combine(folder.Path, "203.0.113.31")) && File.Exists(Path.Combine(folder.Path, "203.0.113.32"))), "the quick action runs for both");
        await Eventually.TrueAsync(async () => (await space.RunAsync("nft", "list", "ruleset")).Contains("203.0.113.32", StringComparison.Ordinal), "the packet filter has both");
        Assert.All(await folder.BansAsync(), ban => Assert.Equal("Pending", ban.State.ToString()));
        Assert.Equal((0, string.Empty), await watch.StopAsync());
    }

    private static WatchFolder MakeFolder(string parameters)
    {
        // The action's name and its parameters are the article's; the mails go to the programs of the test.
        WatchFolder folder = ActionFolder.Make("1h",
        [
            "nftables[type=multiport, name=SMTP, port=\"25,465,587\"]",
            $"sendmail-whois-lines[name=SMTP, logpath=\"%(logpath)s\", dest=postmaster@example.org, sender=fail2ban@example.org, {parameters}]",
        ]);
        folder.TakeDebian();
        return folder;
    }

    private static void Program(WatchFolder folder, string name, string script)
    {
        string path = Path.Combine(folder.Path, "bin", name);
        folder.Write(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
