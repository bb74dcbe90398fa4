namespace PSBan.Matching.Patterns.Engine;

/// <summary>What is certain of the groups that conditions ask for, on the way to a place of a pattern.</summary>
/// <param name="Taken">A bit for each that took part.</param>
/// <param name="Left">A bit for each that did not.</param>
internal sealed record Known(ulong Taken, ulong Left)
{
    /// <summary>How many groups can be told apart.</summary>
    public const int MostPlaces = 64;

    /// <summary>Where nothing is known.</summary>
    public static Known Nothing { get; } = new(0, 0);

    /// <summary>Where nothing has taken part yet.</summary>
    public static Known AtStart { get; } = new(0, ulong.MaxValue);

    /// <summary>Whether a group took part for certain.</summary>
    /// <param name="place">Its place; -1 for one that nobody asks for.</param>
    public bool Has(int place) => place >= 0 && (Taken & Bit(place)) != 0;

    /// <summary>Whether a group took no part for certain.</summary>
    /// <param name="place">Its place.</param>
    public bool Lacks(int place) => place >= 0 && (Left & Bit(place)) != 0;

    /// <summary>With a group that took part.</summary>
    /// <param name="place">Its place.</param>
    public Known With(int place) => place < 0 ? this : new Known(Taken | Bit(place), Left & ~Bit(place));

    /// <summary>Without what is known of a group.</summary>
    /// <param name="place">Its place.</param>
    public Known Without(int place) => place < 0 ? this : new Known(Taken & ~Bit(place), Left & ~Bit(place));

    private static ulong Bit(int place) => 1UL << place;
}

/// <summary>What follows a part of a pattern: one step for each state of knowledge, made when it is asked for.</summary>
/// <param name="make">Makes the step.</param>
internal sealed class Continuation(Func<Known, QuickStep> make)
{
    private readonly Dictionary<Known, QuickStep> _made = [];

    /// <summary>One step whatever is known.</summary>
    /// <param name="step">The step.</param>
    public static Continuation To(QuickStep step) => new(_ => step);

    /// <summary>The step.</summary>
    /// <param name="known">What is known there.</param>
    public QuickStep From(Known known)
    {
        if (!_made.TryGetValue(known, out QuickStep? step))
        {
            _made[known] = step = make(known);
        }

        return step;
    }
}
