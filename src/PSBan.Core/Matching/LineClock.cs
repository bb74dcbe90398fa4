namespace PSBan.Matching;

/// <summary>A clock that stands still while a line is looked at: asking the real one again and again would take a good part of the time a line takes.</summary>
/// <param name="clock">The real clock.</param>
internal sealed class LineClock(TimeProvider clock) : TimeProvider
{
    private DateTimeOffset _now = clock.GetUtcNow();

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;

    /// <summary>Shows the time as it is now.</summary>
    public void Set() => _now = clock.GetUtcNow();
}
