using PSBan.Model;

namespace PSBan.Jails.Increments;

/// <summary>
/// Who has been banned before, in all jails of a watch: what a store remembers, held in memory so that a jail can ask without waiting. Used from the one
/// thread that owns the jails. Bounded: past its limit, those whose last ban lies furthest back are forgotten.
/// </summary>
/// <param name="most">How many are held.</param>
public sealed class Offenders(int most = Offenders.DefaultMost)
{
    /// <summary>How many are held when nothing else is said.</summary>
    public const int DefaultMost = 1_000_000;

    // One entry for each jail that has banned the identifier; that is one jail, nearly always.
    private readonly Dictionary<BanId, Offender[]> _offenders = [];

    /// <summary>How many identifiers are known.</summary>
    public int Count => _offenders.Count;

    /// <summary>Takes over what was stored.</summary>
    /// <param name="offenders">Who has been banned before.</param>
    public void Load(IEnumerable<Offender> offenders)
    {
        ArgumentNullException.ThrowIfNull(offenders);
        if (offenders.TryGetNonEnumeratedCount(out int count))
        {
            _offenders.EnsureCapacity(count);
        }

        foreach (Offender offender in offenders)
        {
            Set(offender);
        }

        Trim();
    }

    /// <summary>What is known of an identifier in one jail; null where it was never banned there.</summary>
    /// <param name="jail">The jail.</param>
    /// <param name="id">The identifier.</param>
    public Offender? Find(string jail, BanId id)
    {
        foreach (Offender offender in Find(id))
        {
            if (string.Equals(offender.Jail, jail, StringComparison.Ordinal))
            {
                return offender;
            }
        }

        return null;
    }

    /// <summary>What is known of an identifier, one entry for each jail that has banned it.</summary>
    /// <param name="id">The identifier.</param>
    public IReadOnlyList<Offender> Find(BanId id) => _offenders.GetValueOrDefault(id) ?? [];

    /// <summary>Takes note of a ban.</summary>
    /// <param name="ban">The ban.</param>
    public void Note(Ban ban)
    {
        ArgumentNullException.ThrowIfNull(ban);
        Set(new Offender(ban.Jail, ban.Id, ban.Time, ban.Duration, ban.Count));
        Trim();
    }

    /// <summary>Forgets what is known of an identifier in one jail.</summary>
    /// <param name="jail">The jail.</param>
    /// <param name="id">The identifier.</param>
    public void Forgive(string jail, BanId id) => Replace(id, [.. Find(id).Where(offender => offender.Jail != jail)]);

    /// <summary>Forgets those that may be forgotten.</summary>
    /// <param name="before">How far back is remembered.</param>
    public void Purge(DateTimeOffset before)
    {
        foreach (BanId id in _offenders.Where(pair => Array.Exists(pair.Value, offender => offender.IsStale(before))).Select(pair => pair.Key).ToList())
        {
            Replace(id, [.. Find(id).Where(offender => !offender.IsStale(before))]);
        }
    }

    private void Set(Offender offender)
    {
        Offender[] known = _offenders.GetValueOrDefault(offender.Id) ?? [];
        int place = Array.FindIndex(known, other => other.Jail == offender.Jail);
        if (place >= 0)
        {
            known[place] = offender;
        }
        else
        {
            _offenders[offender.Id] = [.. known, offender];
        }
    }

    private void Replace(BanId id, Offender[] offenders)
    {
        if (offenders.Length == 0)
        {
            _offenders.Remove(id);
        }
        else
        {
            _offenders[id] = offenders;
        }
    }

    private void Trim()
    {
        if (_offenders.Count <= most)
        {
            return;
        }

        // A tenth at a time, so that it is not done for every ban.
        int keep = most - (most / 10);
        foreach (BanId id in _offenders.OrderBy(pair => pair.Value.Max(offender => offender.Time)).Take(_offenders.Count - keep).Select(pair => pair.Key).ToList())
        {
            _offenders.Remove(id);
        }
    }
}
