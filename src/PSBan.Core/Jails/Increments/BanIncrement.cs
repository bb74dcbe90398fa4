using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Jails.Increments;

/// <summary>
/// The length of a jail's bans: <c>bantime</c> for the first and, with <c>bantime.increment</c>, more for each that follows; and how much more the failure of
/// one who has been banned before weighs.
/// </summary>
public sealed class BanIncrement : IBanTerms
{
    // 2^20 times ten minutes are twenty years.
    private const int MostDoublings = 20;

    private readonly IncrementOptions _options;
    private readonly Duration _banTime;
    private readonly string _jail;
    private readonly Offenders _offenders;
    private readonly Random _random;

    /// <summary>Makes the terms of a jail.</summary>
    /// <param name="jail">The jail's settings.</param>
    /// <param name="options">Its <c>bantime.*</c> settings.</param>
    /// <param name="offenders">Who has been banned before; kept up to date by this.</param>
    /// <param name="random">What <c>bantime.rndtime</c> is drawn from; null for the system's own.</param>
    public BanIncrement(JailOptions jail, IncrementOptions options, Offenders offenders, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(jail);
        (_jail, _banTime, _options, _offenders, _random) = (jail.Name, jail.BanTime.Value, options, offenders, random ?? Random.Shared);
    }

    /// <inheritdoc/>
    public Duration LongestBan => _options.IsOn ? _options.MaxTime ?? Duration.Permanent : _banTime;

    /// <inheritdoc/>
    public int WeightOf(BanId id, DateTimeOffset time) =>
        _options.IsOn && _offenders.Find(_jail, id) is { Count: > 0 } known && time > known.Time
            ? ((1 << Math.Min(known.Count, MostDoublings)) / 2) + 1
            : 1;

    /// <inheritdoc/>
    public BanTerms TermsOf(BanId id, DateTimeOffset time, Duration banTime)
    {
        if (_offenders.Find(_jail, id) is { } own && time <= own.Time)
        {
            // Lines that were read before: this is the same ban again, not the next one.
            return new BanTerms(own.Duration, own.Count);
        }

        long count = (_options.IsOverAllJails ? _offenders.Find(id) : _offenders.Find(id).Where(offender => offender.Jail == _jail)).Sum(offender => (long)offender.Count);
        int next = (int)Math.Min(count + 1, int.MaxValue);
        return new BanTerms(count > 0 && _options.IsOn && !banTime.IsPermanent ? Lengthen(banTime, next - 1) : banTime, next);
    }

    /// <inheritdoc/>
    public void Note(Ban ban) => _offenders.Note(ban);

    /// <inheritdoc/>
    public void Forgive(BanId id) => _offenders.Forgive(_jail, id);

    /// <summary>The length of a ban that has so many before it.</summary>
    /// <param name="banTime">The jail's own.</param>
    /// <param name="count">How many there were, at least 1.</param>
    private Duration Lengthen(Duration banTime, int count)
    {
        double time = banTime.TotalSeconds;
        double longer =
            _options.Multipliers is { Count: > 0 } multipliers ? time * _options.Factor * multipliers[Math.Min(count, multipliers.Count - 1)]
            : _options.Formula is { } formula ? Larger(time, formula.Evaluate(new FormulaValues(time, count, _options.Factor)))
            : Larger(time, Math.ScaleB(time, Math.Min(count, MostDoublings)) * _options.Factor);
        if (!(longer > 0))
        {
            // A formula that has no value for this count, or a factor below nought.
            longer = time;
        }

        if (_options.MaxTime is { } most)
        {
            longer = Math.Min(longer, most.TotalSeconds);
        }

        // Behind the limit, as fail2ban has it: the end of the longest bans cannot be foreseen either.
        return Duration.FromSeconds(longer + (_random.NextDouble() * _options.RandomTime.TotalSeconds));
    }

    private static double Larger(double time, double computed) => double.IsNaN(computed) ? time : Math.Max(time, computed);
}
