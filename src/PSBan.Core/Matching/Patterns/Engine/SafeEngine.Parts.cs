using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>The steps that take more than one character or none: looks, atomic groups, runs, back-references.</summary>
internal sealed partial class SafeEngine
{
    /// <summary>Looks, or matches an atomic group; gives the place to go on from, or -1.</summary>
    private int Part(ReadOnlySpan<char> text, Instruction part, int body, int place)
    {
        int from = place;
        for (int back = part.X; back > 0; back--)
        {
            if (from == 0)
            {
                return part.Operation == Operation.NotLook ? place : -1;
            }

            from -= from > 1 && char.IsLowSurrogate(text[from - 1]) && char.IsHighSurrogate(text[from - 2]) ? 2 : 1;
        }

        int height = _height;
        int visits = _visitsByGroups?.CountInPart ?? _visitsOfPart.Count;
        int end = Run(text, body, from, inPart: true);
        LeavePart(visits, forget: end >= 0);
        if (part.Operation != Operation.NotLook)
        {
            return part.Operation == Operation.Look && end >= 0 ? place : end;
        }

        while (_height > height)
        {
            (int step, int old) = _stack[--_height];
            _slots[~step] = old;
        }

        return end < 0 ? place : -1;
    }

    /// <summary>Ends a part; where it matched, the ways visited did not all fail and must be open to the next look from another place.</summary>
    private void LeavePart(int visits, bool forget)
    {
        if (_visitsByGroups is not null)
        {
            _visitsByGroups.LeavePart(visits, forget);
            return;
        }

        for (int i = visits; forget && i < _visitsOfPart.Count; i++)
        {
            _visited[_visitsOfPart[i] >> 6] &= ~(1UL << (int)(_visitsOfPart[i] & 63));
        }

        _visitsOfPart.RemoveRange(visits, _visitsOfPart.Count - visits);
    }

    private int Repeated(ReadOnlySpan<char> text, Instruction reference, int place)
    {
        if (!TookPart(reference.X))
        {
            return -1;
        }

        ReadOnlySpan<char> taken = text[_slots[reference.X].._slots[reference.X + 1]];
        _stepsLeft -= taken.Length;
        StringComparison rule = reference.Y == 1 ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return text[place..].StartsWith(taken, rule) ? place + taken.Length : -1;
    }

    private int RunEnd(ReadOnlySpan<char> text, Instruction run, int place)
    {
        bool unlimited = run.Y == RepeatNode.Unlimited;
        ref (int Start, int End) known = ref _runs[run.Extra];
        if (unlimited && run.X <= 1 && place >= known.Start && place < known.End)
        {
            return known.End;
        }

        int count = 0;
        int end = place;
        while (end < text.Length && count < run.Y && run.Set!.Contains(CodePointAt(text, end, out int width)))
        {
            end += width;
            count++;
        }

        known = unlimited ? (place, end) : known;
        return count >= run.X ? end : -1;
    }
}
