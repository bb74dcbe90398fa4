using PSBan.Control;
using PSBan.EndToEnd.Firewalls;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Actions;

/// <summary>Actions that show what the store remembers of an address: over all jails, and of their own.</summary>
public sealed class PastTagTests
{
    private const string Offender = "203.0.113.31";

    [RequiresFact("netns", "ip")]
    public async Task An_action_is_told_of_earlier_bans_of_the_address()
    {
        await using NetworkNamespace space = await NetworkNamespace.CreateAsync();
        using WatchFolder folder = new();
        folder.Write("auth.log", string.Empty);
        folder.Write("filter.d/login.conf", "[Definition]\nfailregex = ^\\s*\\S+ <program>\\[\\d+\\]: failure of \\S+ from <ADDR>$\nprogram = login\n");
        folder.Write("action.d/note.conf", $"""
            [Definition]
            actionban = printf '%%s\n' "<ipfailures> <ipjailfailures> <failures>" "<ipmatches>" == "<ipjailmatches>" == > {folder.Path}/<name>-<bancount>.new; mv {folder.Path}/<name>-<bancount>.new {folder.Path}/<name>-<bancount>
            """);
        folder.Write("jail.local", $"""
            [DEFAULT]
            backend = auto
            logpath = {folder.Log}
            maxretry = 2
            bantime.increment = true

            [smtp]
            enabled = true
            filter = login[program=smtp]
            action = note[name=smtp]

            [imap]
            enabled = true
            filter = login[program=imap]
            action = note[name=imap]
            """);
        await using WatchProcess watch = WatchProcess.Start(space, folder.Path, "command");
        await watch.WaitForAsync("Started");
        Fail("smtp", "a");
        Assert.Equal(["2 2 2", "a1", "a2", "==", "a1", "a2", "=="], await NoteAsync("smtp-1"));
        Fail("imap", "$(id)");
        Assert.Equal(["4 2 2", "a1", "a2", "$(id)1", "$(id)2", "==", "$(id)1", "$(id)2", "=="], await NoteAsync("imap-1"));

        await using WatchClient client = await WatchProcess.ConnectAsync(folder.Path);
        await client.RemoveBanAsync("smtp", BanId.FromText(Offender), CancellationToken.None);
        await client.AddBanAsync("smtp", BanId.FromText(Offender), null, CancellationToken.None);
        Assert.Equal(["4 2 0", "a1", "a2", "$(id)1", "$(id)2", "==", "a1", "a2", "=="], await NoteAsync("smtp-1"));

        void Fail(string program, string user) => folder.Append($"mail {program}[1]: failure of {user}1 from {Offender}", $"mail {program}[2]: failure of {user}2 from {Offender}");

        // Of a line only the user's name is of interest.
        async Task<string[]> NoteAsync(string name)
        {
            string file = Path.Combine(folder.Path, name);
            await Eventually.TrueAsync(() => Task.FromResult(File.Exists(file)), $"the action has written {name}");
            string[] lines = [.. (await File.ReadAllLinesAsync(file)).Select(line => line.Contains(" failure of ", StringComparison.Ordinal) ? line.Split(" failure of ")[1].Split(' ')[0] : line)];
            File.Delete(file);
            return lines;
        }
    }
}
