using System.Runtime.Versioning;
using Microsoft.Win32;

namespace PSBan.RecordingNetsh;

/// <summary>The rules: on Windows in the registry, where the Windows Firewall keeps them, each a value whose name is a GUID; elsewhere lines of a file.</summary>
internal sealed class RuleStore
{
    private const string Key = @"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";

    private static readonly string s_file = Environment.GetEnvironmentVariable("PSBAN_NETSH_STORE") ?? "netsh-rules.txt";

    private readonly Dictionary<string, StoredRule> _rules;

    public RuleStore() => _rules = (OperatingSystem.IsWindows() ? ReadRegistry() : ReadFile()).ToDictionary(pair => pair.Id, pair => StoredRule.Parse(pair.Text), StringComparer.Ordinal);

    public string[] Find(Dictionary<string, string> selected) =>
        [.. _rules.Where(pair => selected.TryGetValue("name", out string? name)
            && (name == "all" || pair.Value.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            && (!selected.TryGetValue("dir", out string? direction) || pair.Value.Direction == direction)).Select(pair => pair.Key)];

    public StoredRule Get(string id) => _rules[id];

    public void Add(StoredRule rule) => Put(Guid.NewGuid().ToString("B").ToUpperInvariant(), rule);

    public void Put(string id, StoredRule rule)
    {
        _rules[id] = rule;
        if (OperatingSystem.IsWindows())
        {
            using RegistryKey key = Registry.LocalMachine.CreateSubKey(Key);
            key.SetValue(id, rule.ToString());
        }
    }

    public void Remove(string id)
    {
        _rules.Remove(id);
        if (OperatingSystem.IsWindows())
        {
            using RegistryKey key = Registry.LocalMachine.CreateSubKey(Key);
            key.DeleteValue(id);
        }
    }

    /// <summary>Writes what is not written yet.</summary>
    public void Save()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.WriteAllLines(s_file, _rules.Select(pair => $"{pair.Key}\t{pair.Value}"));
        }
    }

    [SupportedOSPlatform("windows")]
    private static (string Id, string Text)[] ReadRegistry()
    {
        using RegistryKey? key = Registry.LocalMachine.OpenSubKey(Key);
        return key is null ? [] : [.. key.GetValueNames().Select(id => (id, (string)key.GetValue(id)!))];
    }

    private static (string Id, string Text)[] ReadFile() =>
        File.Exists(s_file) ? [.. File.ReadLines(s_file).Select(line => line.Split('\t')).Select(words => (words[0], words[1]))] : [];
}
