using Microsoft.Win32;

namespace PSBan.RecordingNetsh;

/// <summary>The rules in the registry, where the Windows Firewall keeps them: each a value whose name is a GUID.</summary>
internal sealed class RuleStore
{
    private const string Path = @"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";

    private readonly RegistryKey _key = Registry.LocalMachine.CreateSubKey(Path);
    private readonly Dictionary<string, StoredRule> _rules;

    public RuleStore() =>
        _rules = _key.GetValueNames().ToDictionary(id => id, id => StoredRule.Parse((string)_key.GetValue(id)!), StringComparer.Ordinal);

    public string[] Find(Dictionary<string, string> selected) =>
        [.. _rules.Where(pair => selected.TryGetValue("name", out string? name)
            && (name == "all" || pair.Value.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            && (!selected.TryGetValue("dir", out string? direction) || pair.Value.Direction == direction)).Select(pair => pair.Key)];

    public StoredRule Get(string id) => _rules[id];

    public void Add(StoredRule rule) => Put(Guid.NewGuid().ToString("B").ToUpperInvariant(), rule);

    public void Put(string id, StoredRule rule)
    {
        _rules[id] = rule;
        _key.SetValue(id, rule.ToString());
    }

    public void Remove(string id)
    {
        _rules.Remove(id);
        _key.DeleteValue(id);
    }
}
