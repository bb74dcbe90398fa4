namespace PSBan.Matching.Patterns;

/// <summary>Remembers that .NET's engine ran into its limit of time, so that texts like that one are spared to it for a while.</summary>
/// <remarks>Threads may share it; the worst they can do to each other is one more or one less text spared.</remarks>
internal sealed class Distrust
{
    private const int TextsToSpare = 1_000;

    private int _left;
    private int _length;

    /// <summary>How often the limit was met.</summary>
    public int Count { get; private set; }

    /// <summary>Notes a text that met the limit.</summary>
    /// <param name="length">How long it was.</param>
    public void Add(int length)
    {
        Count++;

        // Half of it: who sends such texts, each a little shorter than the last, meets the limit a few times and no more.
        _length = _left > 0 ? Math.Min(_length, length / 2) : length / 2;
        _left = TextsToSpare;
    }

    /// <summary>Whether a text is to be spared to .NET's engine.</summary>
    /// <param name="length">How long it is.</param>
    public bool Spares(int length)
    {
        if (_left <= 0 || length < _length)
        {
            return false;
        }

        _left--;
        return true;
    }
}
