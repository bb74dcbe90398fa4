using System.Globalization;

namespace PSBan.Watch;

/// <summary>Lets one of many like messages through at a time, and counts the others.</summary>
/// <param name="every">How long it is quiet after one.</param>
internal sealed class RareWords(TimeSpan every)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _next = DateTimeOffset.MinValue;
    private int _untold;

    /// <summary>What to append to the message; null where it is not to be told.</summary>
    /// <param name="now">The time.</param>
    public string? Next(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (now < _next)
            {
                _untold++;
                return null;
            }

            _next = now + every;
            (int untold, _untold) = (_untold, 0);
            return untold == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({untold} more like it since the last one)");
        }
    }
}
