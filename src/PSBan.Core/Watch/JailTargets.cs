using PSBan.Model;

namespace PSBan.Watch;

/// <summary>Where the bans of one jail take effect, in the order of the configuration. Used on the loop; <see cref="All"/> may be read anywhere.</summary>
internal sealed class JailTargets(IReadOnlyList<IBanTarget> targets)
{
    private volatile IReadOnlyList<IBanTarget> _all = targets;

    /// <summary>The targets.</summary>
    public IReadOnlyList<IBanTarget> All => _all;

    /// <summary>Takes other targets. Those that were not there before receive the bans that stand; what goes is closed by whoever opened it.</summary>
    /// <param name="targets">The targets from now on.</param>
    /// <param name="standing">The bans that stand.</param>
    public void Replace(IReadOnlyList<IBanTarget> targets, IReadOnlyList<Ban> standing)
    {
        IBanTarget[] fresh = [.. targets.Where(target => !_all.Contains(target))];
        _all = targets;
        foreach (Ban ban in fresh.Length > 0 ? standing : [])
        {
            // Not made just now: who is merely told of bans has heard of it.
            Ban again = ban with { Restored = true };
            foreach (IBanTarget target in fresh)
            {
                target.Add(again);
            }
        }
    }

    /// <summary>Lets every target make room for so many bans.</summary>
    public void Expect(int count)
    {
        foreach (IBanTarget target in _all)
        {
            target.Expect(count);
        }
    }

    /// <summary>Hands a new ban to every target.</summary>
    /// <returns>Whether each can hold what is banned at all.</returns>
    public bool Add(Ban ban)
    {
        bool isHeld = true;
        foreach (IBanTarget target in _all)
        {
            isHeld &= target.Add(ban);
        }

        return isHeld;
    }

    /// <summary>A ban now ends later.</summary>
    public void Prolong(Ban ban)
    {
        foreach (IBanTarget target in _all)
        {
            target.Prolong(ban);
        }
    }

    /// <summary>Lifts bans.</summary>
    public void Remove(IReadOnlyList<Ban> bans)
    {
        foreach (IBanTarget target in _all)
        {
            target.Remove(bans);
        }
    }

    /// <summary>Somebody who is banned still gets through.</summary>
    public void Doubt(Ban ban)
    {
        foreach (IBanTarget target in _all)
        {
            target.Doubt(ban);
        }
    }

    /// <summary>A ban with its state as it is now.</summary>
    public Ban WithState(Ban ban) => ban with { State = _all.Any(target => target.IsPending(ban)) ? BanState.Pending : BanState.Active };
}
