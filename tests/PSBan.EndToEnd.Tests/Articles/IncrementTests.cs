using System.Diagnostics;
using System.Text.Json;
using PSBan.Configuration;
using PSBan.EndToEnd.Support;
using PSBan.Jails.Increments;
using PSBan.Model;
using PSBan.Tests.Support;
using PSBan.Watch;

namespace PSBan.EndToEnd.Articles;

/// <summary>The growing bans of the article on ssh, ban by ban, beside what the installed fail2ban makes of the same settings.</summary>
public sealed class IncrementTests
{
    private const int Bans = 15;

    // Only its reckoning is run, without a server, a database or a log.
    private const string Oracle = """
        import json, sys
        from fail2ban.server.jail import Jail
        from fail2ban.server.observer import ObserverThread
        class Reckoner(Jail):
            def __init__(self):
                self._banExtra = {}
                self._Jail__db = object()
        settings = json.load(sys.stdin)
        jail = Reckoner()
        for name, value in settings["extra"].items():
            jail.setBanTimeExtra(name, value)
        formula = jail.getBanTimeExtra()["evformula"]
        print(json.dumps([formula(ObserverThread.BanTimeIncr(settings["bantime"], count)) for count in range(1, settings["bans"])]))
        """;

    [RequiresTheory("python3", "fail2ban-regex")]
    [InlineData("bantime.multipliers = 1 5 30 60 300 720 1440 2880", "bantime.maxtime = 1y", "bantime.factor = 1")]
    [InlineData("bantime.maxtime = 1y")]
    [InlineData("bantime.factor = 2", "bantime.maxtime = 5w")]
    [InlineData("bantime.multipliers = 1 2 4 8 16 32 64", "bantime.factor = 0.5", "bantime.maxtime = 30d")]
    public async Task Every_ban_has_the_length_that_fail2ban_gives_it(params string[] extra)
    {
        using WatchFolder folder = new();
        folder.Write("jail.local", $"[sshd]\nenabled = true\nlogpath = {folder.Log}\nbantime = 7800m\nfindtime = 30m\nbantime.increment = true\n{string.Join('\n', extra)}\n");
        var plan = WatchPlan.Load(new WatchOptions { ConfigPath = folder.Path, StockConfigPath = Path.Combine(Repository.Root, "module", "config") });
        Assert.Empty(plan.Problems);
        JailOptions jail = Assert.Single(plan.Configuration.Jails);
        List<Problem> problems = [];
        Offenders offenders = new();
        BanIncrement terms = new(jail, IncrementOptions.Read(jail, problems), offenders);
        Assert.Empty(problems);

        var id = BanId.FromText("192.0.2.1");
        DateTimeOffset time = DateTimeOffset.UnixEpoch;
        List<double> lengths = [];
        for (int count = 0; count < Bans; count++)
        {
            Duration length = terms.TermsOf(id, time, jail.BanTime.Value).Duration;
            lengths.Add(length.TotalSeconds);
            terms.Note(new Ban("sshd", id, time, length) { Count = count + 1 });
            time = time.AddSeconds(length.TotalSeconds + 60);
        }

        Assert.Equal([jail.BanTime.Value.TotalSeconds, .. await AskAsync(jail, extra)], lengths);
    }

    private static async Task<double[]> AskAsync(JailOptions jail, string[] extra)
    {
        Dictionary<string, string> settings = extra.Prepend("bantime.increment = true").Select(line => line.Split(" = ")).ToDictionary(pair => pair[0]["bantime.".Length..], pair => pair[1]);
        ProcessStartInfo start = new("python3", ["-c", Oracle]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONPATH"] = "/usr/lib/python3/dist-packages";
        using Process python = Process.Start(start)!;
        await python.StandardInput.WriteAsync(JsonSerializer.Serialize(new { bantime = jail.BanTime.Value.TotalSeconds, bans = Bans, extra = settings }));
        python.StandardInput.Close();
        Task<string> error = python.StandardError.ReadToEndAsync();
        string answer = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.Equal((0, string.Empty), (python.ExitCode, await error));
        return JsonSerializer.Deserialize<double[]>(answer)!;
    }
}
