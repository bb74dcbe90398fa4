namespace PSBan.Model;

/// <summary>Walks the lines of a block without copying them.</summary>
public ref struct LogBlockLines
{
    private readonly IReadOnlyList<DateTimeOffset>? _times;
    private readonly long _firstLine;
    private ReadOnlySpan<char> _rest;
    private int _index = -1;

    /// <summary>Begins before the first line.</summary>
    /// <param name="block">The block to walk.</param>
    public LogBlockLines(LogBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        _rest = block.Text.Span;
        _times = block.Times;
        _firstLine = block.FirstLine;
    }

    /// <summary>The line that the walk stands on.</summary>
    public LogLine Current { get; private set; }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly LogBlockLines GetEnumerator() => this;

    /// <summary>Goes to the next line; false behind the last.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        int end = _rest.IndexOf('\n');
        ReadOnlySpan<char> text = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        _index++;
        Current = new LogLine(text, _firstLine > 0 ? _firstLine + _index : 0, _times?[_index]);
        return true;
    }
}
