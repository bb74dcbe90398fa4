using System.Text;
using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>
/// Puts a <see cref="SourceText"/> together from pieces of several options. The place of a line is that of its least nested piece that is not blank: what
/// was written around a reference wins over what the reference brought in, and a reference that is a line by itself yields to what it stands for.
/// </summary>
internal sealed class SourceTextBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<SourceLocation> _places = [];
    private SourceLocation _place;
    private int _depth = int.MaxValue;

    /// <summary>Adds a piece without line ends.</summary>
    public void Append(ReadOnlySpan<char> piece, SourceLocation place, int depth)
    {
        _text.Append(piece);
        bool blank = piece.IsWhiteSpace();
        int rank = blank ? int.MaxValue - 1 : depth;
        if (rank < _depth)
        {
            _depth = rank;
            _place = place;
        }
    }

    /// <summary>Ends a line.</summary>
    /// <param name="place">Its place where no piece was added to it.</param>
    public void EndLine(SourceLocation place)
    {
        _text.Append('\n');
        _places.Add(_depth == int.MaxValue ? place : _place);
        _depth = int.MaxValue;
    }

    /// <summary>Takes the text.</summary>
    /// <param name="place">The place of the last line where no piece was added to it.</param>
    public SourceText Build(SourceLocation place)
    {
        _places.Add(_depth == int.MaxValue ? place : _place);
        return new SourceText(_text.ToString(), [.. _places], isFinal: true);
    }
}
