namespace PSBan.Matching.Patterns.Engine;

/// <summary>One search of a <see cref="QuickProgram"/> through one text.</summary>
/// <param name="text">The text.</param>
/// <param name="groups">Three numbers for each group: where it started and ended, and where its present round started; -1 for none.</param>
/// <param name="workLeft">How much may be done before the search is given up.</param>
internal ref struct QuickRun(ReadOnlySpan<char> text, Span<int> groups, long workLeft)
{
    private const int MostDepth = 1_000;
    private const int CharactersOfWork = 64;

    private long _workLeft = workLeft;

    /// <summary>The text.</summary>
    public readonly ReadOnlySpan<char> Text = text;

    /// <summary>The places of the groups.</summary>
    public readonly Span<int> Groups = groups;

    /// <summary>How deep the rounds of loops are nested in each other.</summary>
    public int Depth { get; private set; }

    /// <summary>Whether there was too much to do; then nothing is known.</summary>
    public readonly bool GaveUp => _workLeft < 0;

    /// <summary>Ends the search without a verdict.</summary>
    public void GiveUp() => _workLeft = -1;

    /// <summary>Takes note of a try.</summary>
    /// <param name="characters">How many characters it looked at.</param>
    /// <returns>Whether to go on.</returns>
    public bool Work(int characters = 0)
    {
        _workLeft -= 1 + (characters / CharactersOfWork);
        return _workLeft >= 0;
    }

    /// <summary>Goes deeper.</summary>
    /// <param name="steps">By how many steps.</param>
    /// <returns>Whether to go on.</returns>
    public bool Enter(int steps)
    {
        Depth += steps;
        if (Depth > MostDepth)
        {
            _workLeft = -1;
        }

        return Work();
    }

    /// <summary>Comes back.</summary>
    /// <param name="steps">By how many steps.</param>
    public void Leave(int steps) => Depth -= steps;
}
