using System.Diagnostics;
using PSBan.Model;
using PSBan.Store;
using static PSBan.Tests.Store.StoreFolder;
namespace PSBan.Tests.Store;
public class Scratch(Xunit.Abstractions.ITestOutputHelper o)
{
    [Fact]
    public void Perf()
    {
        using var f = new StoreFolder();
        IBanStore s = f.Open();
        var sw = Stopwatch.StartNew();
        TimeSpan cpu = default;
        void Lap(string w) { var c = Process.GetCurrentProcess().TotalProcessorTime; o.WriteLine($"{w}: {sw.ElapsedMilliseconds} ms, cpu {(c - cpu).TotalMilliseconds}"); cpu = c; sw.Restart(); }
        string line = "Mar  1 12:00:00 host sshd[1234]: Failed password for invalid user admin from 192.0.2.1 port 40000 ssh2";
        Ban B(int i) => Ban($"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}", i / 100.0, 86400, "sshd", line, line, line, line, line) with { Data = new Dictionary<string, string> { ["user"] = "admin", ["ip4"] = "10.0.0.1" } };
        s.Save(Bans(Entered(B(0))));
        Lap("first");
        for (int k = 0; k < 10; k++)
        {
            var cp = Bans([.. Enumerable.Range(1 + k * 10000, 10000).Select(i => Entered(B(i)))]);
            Lap("make");
            s.Save(cp);
            Lap("save 10k");
        }
        s.Dispose(); Lap("dispose");
        o.WriteLine(new FileInfo(f.Path).Length + "");
        s = f.Open(); Lap("open");
        var st = s.Load(); Lap($"load {st.Bans.Count} {st.Offenders.Count}");
        st = s.Load(); Lap($"load again {st.Bans.Count} {st.Offenders.Count}");
        for (int i = 0; i < 20; i++) s.Save(Position("/var/log/x", i));
        Lap("20 positions");
        var tracked = Enumerable.Range(0, 10000).Select(i => new TrackedFailures(B(i).Id, [At(i), At(i + 1)], [line, line])).ToArray();
        s.Save(new Checkpoint(Start) { Jails = [new JailChanges("sshd", 1, 1) { Tracked = tracked }] }); Lap("10k tracked");
        var all = Bans([.. st.Bans.Select(b => Ended(b, 90000))]);
        Lap("make"); s.Save(all); Lap("end 100k");
        f.Clock.Advance(TimeSpan.FromDays(5));
        var lim = new PurgeLimits(f.Clock.GetUtcNow(), TimeSpan.FromDays(1), ["sshd"]);
        while (s.Purge(lim)) { Lap("purge"); o.WriteLine(new FileInfo(f.Path).Length + ""); }
        Lap("purge");
        o.WriteLine(new FileInfo(f.Path).Length + "");
        s.Dispose();
    }
}
