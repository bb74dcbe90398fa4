using PSBan.Model;

namespace PSBan.Firewalls.Iptables;

/// <summary>What stands in the way of a packet to a chain.</summary>
/// <param name="Text">A sentence.</param>
/// <param name="IsOrder">Whether an earlier rule lets it through, and not that nothing leads to the chain.</param>
/// <param name="IsSure">Whether it is certain, and not only possible.</param>
internal sealed record IptablesObstacle(string Text, bool IsOrder, bool IsSure = true);

/// <summary>Follows a packet through the filter table: from a chain of the kernel's to the one that holds the bans, past every rule that stands before.</summary>
/// <param name="standing">The table.</param>
/// <param name="tool">The name of the tool, for messages.</param>
/// <param name="address">Where the packet comes from.</param>
/// <param name="rule">The jail's rule.</param>
internal sealed class IptablesWay(IptablesListing standing, string tool, Address address, FirewallRule rule)
{
    private const int Deepest = 16;
    private static readonly string[] s_builtIn = ["INPUT", "FORWARD", "OUTPUT"];

    private readonly IReadOnlyList<string> _protocols = ProtocolNames.Normalise(rule.Protocols);
    private readonly IReadOnlyList<PortRange> _ports = PortList.TryParse(rule.Ports, out IReadOnlyList<PortRange> ports, out _) ? ports : [];

    /// <summary>Looks for what keeps the packet from a chain.</summary>
    /// <param name="from">The chain that should lead there.</param>
    /// <param name="target">The chain that holds the bans.</param>
    public IEnumerable<IptablesObstacle> Find(string from, string target) => Find(from, target, 0);

    private IEnumerable<IptablesObstacle> Find(string from, string target, int depth)
    {
        if (!standing.Chains.TryGetValue(from, out List<string>? rules))
        {
            yield return new IptablesObstacle($"The chain {from} is not in {tool} (docker makes DOCKER-USER when it starts).", IsOrder: false);
            yield break;
        }

        bool isReached = false;
        foreach (string text in rules)
        {
            IptablesMatch match = IptablesMatch.Parse(text);
            if (match.Target == target)
            {
                isReached = true;
                break;
            }

            if (match.Target is not null && Escape(match, depth) is var escape and not IptablesReach.None)
            {
                yield return new IptablesObstacle($"In the chain {from} of {tool} the rule '{text}' stands before ours and lets the packets through{(escape == IptablesReach.Sure ? "" : " (it may)")}.", IsOrder: true, escape == IptablesReach.Sure);
            }
        }

        if (!isReached)
        {
            yield return new IptablesObstacle($"No rule of the chain {from} in {tool} leads to {target}.", IsOrder: false);
        }
        else if (!s_builtIn.Contains(from) && depth < Deepest)
        {
            foreach (IptablesObstacle obstacle in FindAbove(from, depth))
            {
                yield return obstacle;
            }
        }
    }

    private List<IptablesObstacle> FindAbove(string chain, int depth)
    {
        string[] parents = [.. standing.Chains.Where(pair => pair.Key != chain && pair.Value.Exists(text => LeadsTo(text, chain))).Select(pair => pair.Key)];
        if (parents.Length == 0)
        {
            return [new IptablesObstacle($"No chain of {tool} leads to {chain}, so no packet passes it.", IsOrder: false)];
        }

        // One way that is free is enough for the packet to be stopped on that way.
        List<IptablesObstacle>[] ways = [.. parents.Select(parent => Find(parent, chain, depth + 1).ToList())];
        return ways.MinBy(way => way.Count(obstacle => obstacle.IsSure))!;
    }

    private static bool LeadsTo(string rule, string chain) =>
        rule.EndsWith("-j " + chain, StringComparison.Ordinal) || rule.EndsWith("-g " + chain, StringComparison.Ordinal);

    /// <summary>Whether the packet gets away over a rule: accepted, or sent back past the rules that follow.</summary>
    private IptablesReach Escape(IptablesMatch match, int depth)
    {
        IptablesReach reach = match.Reach(address, _protocols, _ports);
        IptablesReach away = match.Target switch
        {
            _ when reach is IptablesReach.None or IptablesReach.Established => IptablesReach.None,
            "ACCEPT" or "RETURN" => IptablesReach.Sure,
            _ when match.IsGoto => IptablesReach.Perhaps,
            { } chain when depth < Deepest && standing.Chains.TryGetValue(chain, out List<string>? rules) => Accepts(rules, depth + 1),
            _ => IptablesReach.None,
        };
        return away < reach ? away : reach;
    }

    private IptablesReach Accepts(List<string> rules, int depth)
    {
        IptablesReach best = IptablesReach.None;
        foreach (IptablesMatch match in rules.Select(IptablesMatch.Parse).Where(match => match.Target is not null))
        {
            IptablesReach reach = match.Reach(address, _protocols, _ports);
            if (match.Target is "RETURN" or "DROP" or "REJECT")
            {
                if (reach == IptablesReach.Sure)
                {
                    return best;
                }
            }
            else if (Escape(match, depth) is var escape && escape > best)
            {
                best = escape;
            }

            if (best == IptablesReach.Sure)
            {
                return best;
            }
        }

        return best;
    }
}
