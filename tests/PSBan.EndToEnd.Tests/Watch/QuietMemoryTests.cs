using System.Globalization;
using PSBan.EndToEnd.Support;
using PSBan.Tests.Support;

namespace PSBan.EndToEnd.Watch;

/// <summary>A watch with nothing to do gives back what only its start needed, and works on as before.</summary>
public sealed class QuietMemoryTests : IDisposable
{
    private readonly WatchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RequiresFact("/proc/self/smaps")]
    public async Task Pages_that_only_the_start_needed_are_let_go_and_come_back()
    {
        File.WriteAllText(_folder.Log, string.Empty);
        _folder.Write("filter.d/x.conf", "[Definition]\nfailregex = ^ bad <HOST>$\n");
        _folder.Write("jail.local", $"[x]\nenabled = true\nmaxretry = 1\nignoreself = false\nlogpath = {_folder.Log}\n");
        await using WatchProcess watch = WatchProcess.StartDry(_folder.Path);
        await watch.WaitForAsync("Started");
        int atStart = FilePages(watch.Id);

        await Eventually.TrueAsync(() => Task.FromResult(FilePages(watch.Id) < atStart * 2 / 3), () => $"of {atStart} kB of file pages a third is let go; there are {FilePages(watch.Id)}");

        for (int i = 1; i <= 3; i++)
        {
            _folder.Append($"bad 192.0.2.{i}");
            string address = $"192.0.2.{i}";
            await watch.WaitForAsync("Banned", IgnoreTests.IsOf(address));
        }
    }

    private static int FilePages(int process) =>
        int.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("RssFile:", StringComparison.Ordinal)).Split(' ', '\t')[^2], CultureInfo.InvariantCulture);
}
