using System.Globalization;
using System.Text;
using PSBan.Model;

namespace PSBan.Firewalls.Nft;

/// <summary>Writes what <c>nft -f -</c> reads: each script is one transaction. Only words that nft 0.9 to 1.1 all know are used.</summary>
internal static class NftScript
{
    // nft repeats a whole line for each error in it.
    private const int ElementsPerLine = 500;

    // nft reads seconds and milliseconds into 32 bits; the kernel would take 584 years.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(36500);

    // A time below the kernel's tick would become 0, and that means for ever.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(100);

    /// <summary>Touches what a rule needs, so that checking it (<c>nft -c</c>) shows whether tool, right and kernel are there.</summary>
    public static string Probe =>
        $$"""
        add table {{NftNames.Table}}
        add chain {{NftNames.Table}} psban-probe { type filter hook input priority -1; policy accept; }

        """;

    /// <summary>Makes table, sets and chains, and writes the rules anew; sets keep what they hold.</summary>
    /// <param name="layouts">The rules.</param>
    /// <param name="standing">What stands now.</param>
    public static string Open(IEnumerable<NftLayout> layouts, NftListing standing)
    {
        StringBuilder script = new();
        Line(script, $"add table {NftNames.Table}");
        foreach (NftLayout layout in layouts)
        {
            foreach (NftSetKind kind in layout.Sets)
            {
                AddSet(script, layout, kind);
            }

            foreach (string chain in standing.ChainsOf(layout.Id).Where(chain => !IsAsWanted(layout, standing.Chains[chain])))
            {
                DeleteChain(script, chain);
            }

            foreach (string hook in layout.Hooks)
            {
                Line(script, $"add chain {layout.ChainPath(hook)} {{ type filter hook {hook} priority {layout.Rule.Priority}; policy accept; }}");
                Line(script, $"flush chain {layout.ChainPath(hook)}");
                foreach (NftSetKind kind in layout.Sets)
                {
                    AddRules(script, layout, hook, kind);
                }
            }
        }

        return script.ToString();
    }

    /// <summary>Removes chains and sets; the table where nothing else is in it.</summary>
    /// <param name="ids">The rules' parts of the names.</param>
    /// <param name="standing">What stands now.</param>
    public static string Close(IReadOnlySet<string> ids, NftListing standing)
    {
        string[] chains = [.. standing.Chains.Keys.Where(name => NftNames.ParseChain(name) is { } id && ids.Contains(id))];
        string[] sets = [.. standing.Sets.Keys.Where(name => NftNames.TryParseSet(name, out string id, out _) && ids.Contains(id))];
        StringBuilder script = new();
        if (chains.Length == standing.Chains.Count && sets.Length == standing.Sets.Count && !standing.HasOthers)
        {
            Line(script, $"delete table {NftNames.Table}");
            return script.ToString();
        }

        foreach (string chain in chains)
        {
            DeleteChain(script, chain);
        }

        foreach (string set in sets)
        {
            Line(script, $"delete set {NftNames.Table} {set}");
        }

        return script.ToString();
    }

    /// <summary>Makes the sets of a batch that do not stand yet, and the rules that use them.</summary>
    /// <param name="script">The script to append to.</param>
    /// <param name="layout">The rule.</param>
    /// <param name="kind">The set.</param>
    public static void AddSetAndRules(StringBuilder script, NftLayout layout, NftSetKind kind)
    {
        AddSet(script, layout, kind);
        foreach (string hook in layout.Hooks)
        {
            AddRules(script, layout, hook, kind);
        }
    }

    /// <summary>Writes one command on elements of a set.</summary>
    /// <param name="script">The script to append to.</param>
    /// <param name="verb"><c>add</c>, <c>create</c> or <c>delete</c>.</param>
    /// <param name="set">The set, with its table.</param>
    /// <param name="changes">The elements.</param>
    /// <param name="withTimes">Whether their times are written.</param>
    public static void Elements(StringBuilder script, string verb, string set, IReadOnlyList<FirewallChange> changes, bool withTimes)
    {
        for (int i = 0; i < changes.Count; i++)
        {
            script.Append(i % ElementsPerLine == 0 ? $"{verb} element {set} {{ " : ", ").Append(CultureInfo.InvariantCulture, $"{changes[i].Address.GetNetwork()}");
            if (withTimes && !changes[i].Remaining.IsPermanent)
            {
                Timeout(script, changes[i].Remaining);
            }

            if (i % ElementsPerLine == ElementsPerLine - 1 || i == changes.Count - 1)
            {
                script.Append(" }\n");
            }
        }
    }

    private static void Timeout(StringBuilder script, Duration remaining)
    {
        TimeSpan time = remaining.ToTimeSpan();
        time = time > s_longest ? s_longest : time < s_shortest ? s_shortest : time;
        long milliseconds = (long)Math.Ceiling(time.TotalMilliseconds);
        (long days, long rest) = Math.DivRem(milliseconds, 86_400_000);
        script.Append(" timeout ");
        if (days > 0)
        {
            script.Append(days).Append('d');
        }

        script.Append(rest / 1000).Append('s');
        if (rest % 1000 > 0)
        {
            script.Append(rest % 1000).Append("ms");
        }
    }

    private static bool IsAsWanted(NftLayout layout, NftChain chain) =>
        chain.Hook is { } hook && layout.Hooks.Contains(hook) && chain.Priority == layout.Rule.Priority;

    private static void AddSet(StringBuilder script, NftLayout layout, NftSetKind kind) =>
        Line(script, $"add set {layout.SetPath(kind)} {{ type {(kind.IsIPv6 ? "ipv6_addr" : "ipv4_addr")}; flags timeout; }}");

    private static void AddRules(StringBuilder script, NftLayout layout, string hook, NftSetKind kind)
    {
        foreach (string statement in layout.Statements(kind))
        {
            Line(script, $"add rule {layout.ChainPath(hook)} {statement}");
        }
    }

    private static void DeleteChain(StringBuilder script, string chain)
    {
        Line(script, $"flush chain {NftNames.Table} {chain}");
        Line(script, $"delete chain {NftNames.Table} {chain}");
    }

    private static void Line(StringBuilder script, FormattableString text) => script.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
