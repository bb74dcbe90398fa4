namespace PSBan.Matching.Patterns.Engine;

/// <summary>How much work one line may still cause, over all patterns that look at it. One thread at a time uses it.</summary>
internal sealed class WorkBudget
{
    /// <summary>The most steps of the safe engine that one pattern may take on one line: about 0.2 seconds.</summary>
    public const long StepsOfPattern = 20_000_000;

    /// <summary>The most steps that all patterns together may take on one line.</summary>
    public const long StepsOfLine = 2 * StepsOfPattern;

    /// <summary>The steps left.</summary>
    public long StepsLeft { get; private set; } = StepsOfLine;

    /// <summary>Whether nothing is left.</summary>
    public bool IsSpent => StepsLeft <= 0;

    /// <summary>Whether .NET's engine has met its limit of time on this line; from there on the safe engine is asked at once.</summary>
    public bool IsHurried { get; set; }

    /// <summary>Begins a line.</summary>
    public void Begin() => (StepsLeft, IsHurried) = (StepsOfLine, false);

    /// <summary>Takes steps off.</summary>
    /// <param name="steps">How many were taken.</param>
    public void Spend(long steps) => StepsLeft -= steps;
}
