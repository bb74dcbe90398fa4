namespace PSBan.Matching;

/// <summary>
/// Bounds the time that hostile lines can cost: after a few lines on which the time was exceeded, lines of that length are no longer tried. Time
/// beyond measure comes with length; so the lines that matter keep being seen, and the number of stalls is bounded.
/// </summary>
internal sealed class StallGuard
{
    private const int Strikes = 3;
    private const int LeastLength = 32;

    private int _strikes;
    private int _shortest = int.MaxValue;

    /// <summary>The longest text that is still tried; 0 where none is any more.</summary>
    public int MaxLength { get; private set; } = int.MaxValue;

    /// <summary>On how many texts the time was exceeded.</summary>
    public long TimedOut { get; private set; }

    /// <summary>The texts that are no longer tried, in words.</summary>
    public string Scope => MaxLength == 0 ? "good" : $"lines of more than {MaxLength} characters";

    /// <summary>Takes note of a text on which the time was exceeded.</summary>
    /// <param name="length">Its length.</param>
    /// <returns>Whether shorter texts than before are now the longest that are tried.</returns>
    public bool Strike(int length)
    {
        TimedOut++;
        _shortest = Math.Min(_shortest, length);
        if (++_strikes < Strikes)
        {
            return false;
        }

        _strikes = 0;
        MaxLength = _shortest / 2 is >= LeastLength and int half ? half : 0;
        return true;
    }
}
