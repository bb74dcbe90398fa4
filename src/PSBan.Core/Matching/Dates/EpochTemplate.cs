using System.Globalization;
using System.Text.RegularExpressions;

namespace PSBan.Matching.Dates;

/// <summary>Seconds since 1970; long ones may carry milli- or microseconds without a point.</summary>
internal sealed class EpochTemplate : DateTemplate
{
    private const string NumberGroup = "_epoch";
    private const string Short = @"\d{10,11}\b(?:\.\d{3,6})?";
    private const string Long = @"\d{10,11}(?:\d{3}(?:\.\d{1,6}|\d{3})?)?";

    private readonly bool _isLong;

    private EpochTemplate(string name, bool isLong, BoundedDate date, string? pattern)
        : base(name, date) => (_isLong, Pattern) = (isLong, pattern);

    /// <inheritdoc/>
    public override string? Pattern { get; }

    /// <summary>The stamp at the start of a line or behind <c>audit(</c>; <c>[…]</c> at the start may enclose it.</summary>
    /// <param name="isLong">Whether more than seconds may follow without a point.</param>
    /// <param name="atLineBegin">Whether it must stand at the start of the line.</param>
    public static EpochTemplate Create(bool isLong, bool atLineBegin)
    {
        string number = $"(?P<{NumberGroup}>{(isLong ? Long : Short)})";
        string regex = atLineBegin
            ? $@"((?P<_square>(?<=^\[))?{number})(?(_square)(?=\]))"
            : $@"((?:^|(?P<_square>(?<=^\[))|(?P<_audit>(?<=\baudit\())){number})(?:(?(_audit)(?=:\d+\)))|(?(_square)(?=\])))";
        BoundedDate date = DateBounds.Apply(regex, atLineBegin ? DateBegin.Line : DateBegin.Anywhere, end: true);
        return new EpochTemplate(isLong ? "LongEpoch" : "Epoch", isLong, date, null) { Weight = atLineBegin ? DefaultTemplates.LineBeginWeight : 1 };
    }

    /// <summary>A pattern of the user's with <c>{EPOCH}</c> or <c>{LEPOCH}</c> in it.</summary>
    /// <param name="before">The pattern in front of the word.</param>
    /// <param name="behind">The pattern behind it.</param>
    /// <param name="isLong">Whether more than seconds may follow without a point.</param>
    /// <param name="pattern">The pattern as written.</param>
    public static EpochTemplate Create(string before, string behind, bool isLong, string pattern)
    {
        string regex = $"{before}(?P<{NumberGroup}>{(isLong ? Long : Short)}){behind}";
        return new EpochTemplate(pattern, isLong, DateBounds.Apply(regex, DateBegin.Word, end: true), pattern);
    }

    /// <inheritdoc/>
    public override bool TryRead(Match match, TimestampRules rules, out DateTimeOffset time)
    {
        ReadOnlySpan<char> digits = UnicodeDigits.ToAscii(match.Groups[NumberGroup].ValueSpan);
        time = default;
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
        {
            return false;
        }

        decimal unit = !_isLong || digits.Length < 13 ? 1 : digits.Length >= 16 && !digits.Contains('.') ? 1_000_000 : 1_000;
        decimal ticks = value / unit * TimeSpan.TicksPerSecond;
        if (ticks > DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks)
        {
            return false;
        }

        time = DateTimeOffset.UnixEpoch.AddTicks((long)ticks);
        return true;
    }
}
