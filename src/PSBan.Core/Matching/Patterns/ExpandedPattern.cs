namespace PSBan.Matching.Patterns;

/// <summary>A pattern whose tags were expanded, with the way back: what is wrong in the expansion is shown where it was written.</summary>
/// <param name="Written">The pattern as it was written.</param>
/// <param name="Text">The Python pattern it stands for.</param>
/// <param name="Pieces">What the text is made of, in its order.</param>
internal sealed record ExpandedPattern(string Written, string Text, IReadOnlyList<ExpandedPattern.Piece> Pieces)
{
    /// <summary>A stretch of the expanded text.</summary>
    /// <param name="Start">Where it starts in the expanded text.</param>
    /// <param name="WrittenAt">Where its source starts in the written text.</param>
    /// <param name="IsTag">Whether it stands for a tag; otherwise it is a copy, character by character.</param>
    internal sealed record Piece(int Start, int WrittenAt, bool IsTag);

    /// <summary>An error at a place of the expanded text, told of the written one.</summary>
    /// <param name="position">The place in <see cref="Text"/>.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="expected">What would have been right.</param>
    public PatternException Error(int position, string problem, string expected) => new(Written, WrittenPosition(position), problem, expected);

    /// <summary>Where a place of the expanded text was written; inside a tag's expansion that is the tag's start.</summary>
    /// <param name="position">The place in <see cref="Text"/>.</param>
    public int WrittenPosition(int position)
    {
        for (int i = Pieces.Count - 1; i >= 0; i--)
        {
            Piece piece = Pieces[i];
            bool isEmpty = i + 1 < Pieces.Count && Pieces[i + 1].Start == piece.Start;
            if (piece.Start <= position && !isEmpty)
            {
                return piece.WrittenAt + (piece.IsTag ? 0 : position - piece.Start);
            }
        }

        return 0;
    }
}
