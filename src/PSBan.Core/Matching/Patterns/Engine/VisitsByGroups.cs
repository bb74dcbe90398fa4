namespace PSBan.Matching.Patterns.Engine;

/// <summary>Where a program with back-references has been: there the way on depends on what the groups took, so their places are part of the memory.</summary>
/// <param name="program">The program.</param>
internal sealed class VisitsByGroups(SafeProgram program)
{
    private readonly int[] _slots = [.. program.References.Union(program.Conditions)];
    private readonly HashSet<(int Groups, int Branch, int Place)> _visits = [];
    private readonly Dictionary<(int Groups, int Start, int End), int> _groups = [];
    private readonly List<(int, int, int)> _inPart = [];

    /// <summary>How many visits are noted of looks and atomic groups not yet left.</summary>
    public int CountInPart => _inPart.Count;

    /// <summary>Notes a visit; false where it was noted before.</summary>
    /// <param name="branch">The number of the step.</param>
    /// <param name="place">The place.</param>
    /// <param name="slots">Where the groups stand.</param>
    /// <param name="inPart">Whether it happens inside of a look or an atomic group.</param>
    public bool Add(int branch, int place, int[] slots, bool inPart)
    {
        // A number for each combination of places met.
        int groups = 0;
        foreach (int slot in _slots)
        {
            (int, int, int) key = (groups, slots[slot], slots[slot + 1]);
            if (!_groups.TryGetValue(key, out groups))
            {
                _groups.Add(key, groups = _groups.Count + 1);
            }
        }

        if (!_visits.Add((groups, branch, place)))
        {
            return false;
        }

        if (inPart)
        {
            _inPart.Add((groups, branch, place));
        }

        return true;
    }

    /// <summary>Ends a look or an atomic group.</summary>
    /// <param name="count">The value of <see cref="CountInPart"/> when it began.</param>
    /// <param name="forget">Whether its visits must be forgotten, for not all of them failed.</param>
    public void LeavePart(int count, bool forget)
    {
        for (int i = count; forget && i < _inPart.Count; i++)
        {
            _visits.Remove(_inPart[i]);
        }

        _inPart.RemoveRange(count, _inPart.Count - count);
    }
}
