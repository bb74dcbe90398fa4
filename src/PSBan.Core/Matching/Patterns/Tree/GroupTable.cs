namespace PSBan.Matching.Patterns.Tree;

/// <summary>The capturing groups met so far, and what may be referred to.</summary>
/// <param name="error">Makes an error of a position, a problem and what was expected.</param>
internal sealed class GroupTable(Func<int, string, string, PatternException> error)
{
    private readonly List<string?> _names = [];
    private readonly List<Width?> _widths = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _forward = [];
    private readonly HashSet<int> _referred = [];

    /// <summary>How many groups there were when the outermost look-behind began; null outside of one.</summary>
    public int? LookBehindStart { get; set; }

    /// <summary>How many there are.</summary>
    public int Count => _names.Count;

    /// <summary>Their names from group 1 on.</summary>
    public IReadOnlyList<string?> Names => _names;

    /// <summary>The groups referred to.</summary>
    public IReadOnlySet<int> Referred => _referred;

    /// <summary>Begins a group and gives its number.</summary>
    /// <param name="name">Its name, if it has one.</param>
    /// <param name="position">Where the name stands.</param>
    public int Open(string? name, int position)
    {
        if (name is not null && !_numbers.TryAdd(name, Count + 1))
        {
            throw error(position, $"redefinition of group name '{name}'", $"each name once in a pattern, such as <F-ALT_{name.ToUpperInvariant()}> for another way to it");
        }

        _names.Add(name);
        _widths.Add(null);
        return Count;
    }

    /// <summary>Ends a group.</summary>
    /// <param name="group">Its number.</param>
    /// <param name="body">What is in it.</param>
    public void Close(int group, Node body) => _widths[group - 1] = Width.Of(body, WidthOf);

    /// <summary>How many characters a closed group can have.</summary>
    /// <param name="group">Its number.</param>
    public Width WidthOf(int group) => (group <= Count ? _widths[group - 1] : null) ?? new Width(0, Width.Unlimited);

    /// <summary>The number of a named group; an error where there is none.</summary>
    /// <param name="name">The name.</param>
    /// <param name="position">Where it stands.</param>
    public int Number(string name, int position) => _numbers.TryGetValue(name, out int number)
        ? number
        : throw error(position, $"unknown group name '{name}'", _names.Exists(known => known is not null)
            ? $"a group opened before it: {string.Join(", ", _names.Where(known => known is not null))}"
            : $"a group such as (?P<{name}>…) before it");

    /// <summary>Notes a back-reference.</summary>
    /// <param name="group">The group's number.</param>
    /// <param name="position">Where the reference stands.</param>
    public void Refer(int group, int position)
    {
        if (!IsClosed(group))
        {
            throw error(position, "cannot refer to an open group", "a group whose ')' stands before the reference");
        }

        ReferInCondition(group, position);
    }

    /// <summary>Notes a condition on a group; the group may still be open or come later.</summary>
    /// <param name="group">The group's number.</param>
    /// <param name="position">Where the condition stands.</param>
    public void ReferInCondition(int group, int position)
    {
        _referred.Add(group);
        _forward.TryAdd(group, position);
        if (LookBehindStart is not { } first)
        {
            return;
        }

        if (!IsClosed(group))
        {
            throw error(position, "cannot refer to an open group", "a group whose ')' stands before the reference");
        }

        if (group > first)
        {
            throw error(position, "cannot refer to group defined in the same lookbehind subpattern", "a group before the look-behind");
        }
    }

    /// <summary>Refuses references to groups that never came.</summary>
    public void CheckForwardReferences()
    {
        foreach ((int group, int position) in _forward.Where(pair => pair.Key > Count))
        {
            throw error(position, $"invalid group reference {group}", Count == 0 ? "a capturing group to refer to" : $"a number from 1 to {Count}");
        }
    }

    private bool IsClosed(int group) => group <= Count && _widths[group - 1] is not null;
}
