using System.Globalization;
using PSBan.Model;

namespace PSBan.Jails;

/// <content>The bans: entered, by hand, looked at, ended.</content>
public sealed partial class Jail
{
    /// <summary>Copies of all bans, the one that ends first in front, permanent ones last.</summary>
    public IReadOnlyList<Ban> Bans => [.. _bans.All.OrderBy(ban => ban.Expires ?? DateTimeOffset.MaxValue).ThenBy(ban => ban.Id)];

    /// <summary>Who is banned, and until when as ticks, in no order: a copy that costs little however many there are.</summary>
    internal (BanId Id, long End)[] Ends => _bans.Ends;

    /// <summary>A copy of the ban of an identifier; null where it is not banned. An address inside a banned prefix is not itself banned.</summary>
    /// <param name="id">The identifier.</param>
    public Ban? Find(BanId id) => _bans.Find(id);

    /// <summary>Bans an identifier by hand, even one that would be ignored. The ban counts from now.</summary>
    /// <param name="id">An address, a prefix or text.</param>
    /// <param name="now">The time by the watch's clock.</param>
    /// <param name="duration">The length; null for what the jail gives.</param>
    /// <returns><see cref="Banned"/>, or where it is banned already <see cref="Prolonged"/> or <see cref="AlreadyBanned"/>.</returns>
    public JailDecision Ban(BanId id, DateTimeOffset now, Duration? duration = null)
    {
        if (_bans.Contains(id))
        {
            return Prolong(id, now, duration ?? Options.BanTime.Value);
        }

        BanTerms terms = _terms?.TermsOf(id, now, Options.BanTime.Value) ?? new BanTerms(Options.BanTime.Value, 1);
        return Enter(new Ban(Name, id, now, duration ?? terms.Duration) { Count = terms.Count }, now);
    }

    /// <summary>Makes room for so many bans that <see cref="Restore"/> is about to take over.</summary>
    /// <param name="count">How many.</param>
    internal void Expect(int count) => _bans.Expect(count);

    /// <summary>Takes over a ban of an earlier run, if it is not over and its identifier is not to be ignored.</summary>
    /// <param name="ban">The ban as it was stored.</param>
    /// <param name="now">The time by the watch's clock.</param>
    /// <param name="longest">What a longer ban is cut to; null for no cut.</param>
    /// <returns><see cref="Banned"/> with <see cref="Model.Ban.Restored"/> set, <see cref="Expired"/>, <see cref="Ignored"/> or <see cref="AlreadyBanned"/>.</returns>
    public JailDecision Restore(Ban ban, DateTimeOffset now, Duration? longest = null)
    {
        ArgumentNullException.ThrowIfNull(ban);
        if ((_ignore.Match(ban.Address) ?? SparedIn(ban)) is IgnoreReason reason)
        {
            _journal?.Ended(ban, now, BanEnd.Ignored);
            return new Ignored(ban.Id, reason);
        }

        if (_bans.Find(ban.Id) is Ban present)
        {
            return new AlreadyBanned(present);
        }

        Duration duration = longest is Duration most && ban.Duration > most ? most : ban.Duration;
        Ban taken = ban with { Jail = Name, Duration = duration, Restored = true, State = BanState.Pending };
        if (BanList.EndOf(taken.Time, duration) < now.UtcTicks)
        {
            _journal?.Ended(taken, taken.Expires ?? now, BanEnd.Expired);
            return new Expired(taken);
        }

        if (duration != ban.Duration)
        {
            _journal?.Changed(taken);
        }

        _bans.AddQuietly(taken);
        return new Banned(taken);
    }

    /// <summary>
    /// Ends the ban of an identifier by hand, with a prefix those of all addresses inside it, and with an address that was banned by its prefix the ban of
    /// that; their failures are forgotten too.
    /// </summary>
    /// <param name="id">The identifier.</param>
    /// <param name="now">The time by the watch's clock.</param>
    /// <returns>The bans that were.</returns>
    public IReadOnlyList<Ban> Unban(BanId id, DateTimeOffset now)
    {
        IReadOnlyList<BanId> ids = id.IsAddress && !id.Address.IsHost ? _bans.Inside(id.Address) : _bans.Contains(id) ? [id] : [id, Widen(id)];
        List<Ban> ended = [];
        foreach (BanId each in ids)
        {
            if (Lift(each, now) is Ban ban)
            {
                ended.Add(ban);
            }
        }

        return ended;
    }

    /// <summary>Ends all bans by hand.</summary>
    /// <param name="now">The time by the watch's clock.</param>
    /// <returns>The bans that were.</returns>
    public IReadOnlyList<Ban> UnbanAll(DateTimeOffset now)
    {
        IReadOnlyList<Ban> ended = Bans;
        foreach (Ban ban in ended)
        {
            Lift(ban.Id, now);
        }

        return ended;
    }

    /// <summary>Notes how far a ban has come in the packet filter.</summary>
    /// <param name="id">The identifier.</param>
    /// <param name="state">How far.</param>
    /// <returns>Whether it is banned at all.</returns>
    public bool SetState(BanId id, BanState state) => _bans.SetState(id, state);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}: {_failures.Count} failed, {_bans.Count} banned");

    private JailDecision Enter(Ban ban, DateTimeOffset now)
    {
        if (BanList.EndOf(ban.Time, ban.Duration) < now.UtcTicks)
        {
            return new Expired(ban);
        }

        _totalBanned++;
        Ban entered = _bans.Add(ban);
        _terms?.Note(entered);
        _journal?.Entered(entered);
        return new Banned(entered);
    }

    private JailDecision Prolong(BanId id, DateTimeOffset time, Duration duration)
    {
        Ban before = _bans.Find(id)!;
        if (!_bans.Prolong(id, time, duration))
        {
            return new AlreadyBanned(before);
        }

        Ban prolonged = _bans.Find(id)!;
        _terms?.Note(prolonged);
        _journal?.Changed(prolonged);
        return new Prolonged(prolonged, before);
    }

    private Ban? Lift(BanId id, DateTimeOffset now)
    {
        Forget(id);
        Ban? ban = _bans.Remove(id);
        if (ban is not null)
        {
            _terms?.Forgive(id);
            _journal?.Ended(ban, now, BanEnd.Lifted);
        }

        return ban;
    }

    private void Forget(BanId id)
    {
        int slot = _failures.Find(id);
        if (slot >= 0)
        {
            Drop(slot);
        }
    }

    private void Drop(int slot)
    {
        _journal?.Dropped(in _failures[slot]);
        _failures.Remove(slot);
        if (_failures.Count == 0)
        {
            _lines.Clear();
        }
    }
}
