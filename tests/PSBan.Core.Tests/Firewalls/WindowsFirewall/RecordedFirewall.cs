using PSBan.Firewalls;
using PSBan.Firewalls.WindowsFirewall;
using PSBan.Model;

namespace PSBan.Tests.Firewalls.WindowsFirewall;

/// <summary>A back end in front of the recording netsh, which checks every command as Windows would and keeps the rules in a file.</summary>
internal sealed class RecordedFirewall : IFirewallPolicy, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-netsh-");

    public RecordedFirewall(string? refuses = null)
    {
        string[] settings = [$"PSBAN_NETSH_STORE={Store}", $"PSBAN_NETSH_JOURNAL={JournalPath}", .. refuses is null ? Array.Empty<string>() : [$"PSBAN_NETSH_REFUSES={refuses}"]];
        Tool = new NetshTool(new CommandRunner { Prefix = ["env", .. settings] }, Netsh);
        Firewall = Open();
    }

    public NetshFirewall Firewall { get; }

    /// <summary>What is wrong with the machine.</summary>
    public List<string> Troubles { get; } = [];

    /// <summary>How another version of Windows might write a rule down.</summary>
    public Func<string, string> Dialect { get; set; } = text => text;

    /// <summary>The stored rules, sorted by name.</summary>
    public IReadOnlyList<string> Rules =>
        File.Exists(Store) ? [.. File.ReadLines(Store).Select(line => line.Split('\t')[1]).OrderBy(text => PolicyRule.Parse(text)!.Name, StringComparer.Ordinal)] : [];

    /// <summary>The commands so far, one an entry; <c># 3</c> begins a process with three.</summary>
    public IReadOnlyList<string> Journal => File.Exists(JournalPath) ? File.ReadAllLines(JournalPath) : [];

    private NetshTool Tool { get; }

    private string Store => Path.Combine(_folder.FullName, "rules");

    private string JournalPath => Path.Combine(_folder.FullName, "journal");

    private static string Netsh
    {
        get
        {
            DirectoryInfo here = new(AppContext.BaseDirectory);
            string configuration = here.Parent!.Name;
            return Path.GetFullPath(Path.Combine(here.FullName, "..", "..", "..", "..", "PSBan.RecordingNetsh", "bin", configuration, here.Name, "netsh"));
        }
    }

    /// <summary>Another back end on the same rules, as after a restart.</summary>
    public NetshFirewall Open(TimeProvider? time = null, TimeSpan pause = default) => new(Tool, this, time ?? TimeProvider.System) { Pause = pause };

    public void ForgetJournal() => File.Delete(JournalPath);

    /// <summary>Somebody else's hand.</summary>
    public void Edit(Func<string, string?> edit) =>
        File.WriteAllLines(Store, File.ReadAllLines(Store).Select(line => line.Split('\t')).Select(words => (Id: words[0], Text: edit(words[1]))).Where(rule => rule.Text is not null).Select(rule => $"{rule.Id}\t{rule.Text}"));

    public void Put(string text) => File.AppendAllLines(Store, [$"{Guid.NewGuid():B}\t{text}"]);

    public Task AddAsync(FirewallRule rule, params IEnumerable<string> addresses) => ChangeAsync(rule, true, addresses);

    public Task RemoveAsync(FirewallRule rule, params IEnumerable<string> addresses) => ChangeAsync(rule, false, addresses);

    public async Task<IReadOnlyList<string>> ListAsync(NetshFirewall? firewall = null) =>
        [.. (await (firewall ?? Firewall).ListAsync(CancellationToken.None)).Select(entry => entry.Address).Order().Select(address => address.ToString())];

    public IReadOnlyList<PolicyRule> ReadRules() => [.. Rules.Select(Dialect).Select(PolicyRule.Parse).OfType<PolicyRule>()];

    public IReadOnlyList<string> ReadTroubles() => Troubles;

    public void Dispose() => _folder.Delete(recursive: true);

    private Task ChangeAsync(FirewallRule rule, bool add, IEnumerable<string> addresses) =>
        Firewall.ApplyAsync([.. addresses.Select(address => new FirewallChange(rule, Address.Parse(address), add, Duration.Permanent))], CancellationToken.None);
}
