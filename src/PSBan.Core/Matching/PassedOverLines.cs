namespace PSBan.Matching;

/// <summary>
/// The heads of the last lines that were not looked at, in case a line without a date asks for the time of those before it. Taking note of a
/// line costs no more than copying its head.
/// </summary>
/// <param name="clock">The clock that tells when a line was passed over.</param>
internal sealed class PassedOverLines(TimeProvider clock)
{
    private const int Kept = 8;

    // A date stands within the first characters of a line, and has a digit among the very first.
    private const int HeadLength = 160;
    private const int DigitWithin = 40;

    private readonly char[] _heads = new char[Kept * HeadLength];
    private readonly (int Length, bool InOperation, DateTimeOffset At)[] _lines = new (int, bool, DateTimeOffset)[Kept];
    private int _count;
    private int _next;

    /// <summary>Takes note of lines, the same as of each.</summary>
    /// <param name="lines">The lines, each ended by <c>\n</c>.</param>
    /// <param name="inOperation">Whether they are being written now.</param>
    public void AddAll(ReadOnlySpan<char> lines, bool inOperation)
    {
        // Only the last ones are kept; those that may have a date count.
        int start = lines.Length;
        for (int kept = 0; start > 0 && kept < Kept;)
        {
            int end = start - 1;
            start = lines[..end].LastIndexOf('\n') + 1;
            kept += MayHaveDate(lines[start..end]) ? 1 : 0;
        }

        foreach (Range line in lines[start..].Split('\n'))
        {
            Add(lines[start..][line], inOperation);
        }
    }

    /// <summary>Takes note of a line that may have a date.</summary>
    /// <param name="line">The line.</param>
    /// <param name="inOperation">Whether it is being written now.</param>
    public void Add(ReadOnlySpan<char> line, bool inOperation)
    {
        if (!MayHaveDate(line))
        {
            return;
        }

        ReadOnlySpan<char> head = line[..Math.Min(line.Length, HeadLength)];
        head.CopyTo(_heads.AsSpan(_next * HeadLength));
        _lines[_next] = (head.Length, inOperation, clock.GetUtcNow());
        _next = (_next + 1) % Kept;
        _count = Math.Min(_count + 1, Kept);
    }

    private static bool MayHaveDate(ReadOnlySpan<char> line) => line[..Math.Min(line.Length, DigitWithin)].ContainsAnyInRange('0', '9');

    /// <summary>Forgets all.</summary>
    public void Clear() => _count = 0;

    /// <summary>Gives the lines and forgets them, the latest first: its head, whether it was being written then, and when that was.</summary>
    public IEnumerable<(string Head, bool InOperation, DateTimeOffset At)> Take()
    {
        while (_count > 0)
        {
            _next = (_next + Kept - 1) % Kept;
            _count--;
            (int length, bool inOperation, DateTimeOffset at) = _lines[_next];
            yield return (new string(_heads, _next * HeadLength, length), inOperation, at);
        }
    }
}
