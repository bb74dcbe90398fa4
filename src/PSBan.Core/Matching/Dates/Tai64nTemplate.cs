using System.Globalization;
using System.Text.RegularExpressions;

namespace PSBan.Matching.Dates;

/// <summary>
/// The stamp of multilog: <c>@</c>, 16 hexadecimal digits of seconds (the first is always 4), 8 of nanoseconds. As in fail2ban, neither the
/// ten seconds between TAI and UTC nor leap seconds are taken off, and the fraction is dropped.
/// </summary>
internal sealed class Tai64nTemplate : DateTemplate
{
    private Tai64nTemplate(BoundedDate date)
        : base("TAI64N", date)
    {
    }

    /// <summary>Makes the template.</summary>
    /// <param name="atLineBegin">Whether it must stand at the start of the line.</param>
    public static Tai64nTemplate Create(bool atLineBegin) =>
        new(DateBounds.Apply("(@[0-9a-f]{24})", atLineBegin ? DateBegin.Line : DateBegin.Anywhere, end: true))
        {
            Weight = atLineBegin ? DefaultTemplates.LineBeginWeight : 1,
        };

    /// <inheritdoc/>
    public override bool TryRead(Match match, TimestampRules rules, out DateTimeOffset time)
    {
        ReadOnlySpan<char> seconds = match.Groups[DateBounds.CutGroup].ValueSpan[2..17];
        long value = long.Parse(seconds, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

        // The label can name times beyond any calendar; whatever is written there is a stamp, and stands in the way of the patterns as one.
        time = DateTimeOffset.FromUnixTimeSeconds(Math.Min(value, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
        return true;
    }
}
