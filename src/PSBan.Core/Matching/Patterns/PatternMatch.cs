namespace PSBan.Matching.Patterns;

/// <summary>Where a <see cref="Pattern"/> matched and what its named groups took.</summary>
public readonly struct PatternMatch
{
    private readonly Pattern _pattern;
    private readonly string _input;
    private readonly int[] _spans;

    /// <summary>Makes a match.</summary>
    /// <param name="pattern">The pattern that matched.</param>
    /// <param name="input">The text it matched in.</param>
    /// <param name="spans">Start and end of the whole match, then of every named group in the order of <see cref="Pattern.GroupNames"/>; -1 where it took no part.</param>
    internal PatternMatch(Pattern pattern, string input, int[] spans) => (_pattern, _input, _spans) = (pattern, input, spans);

    /// <summary>Where the match starts, in characters from 0.</summary>
    public int Index => _spans[0];

    /// <summary>How many characters it has.</summary>
    public int Length => _spans[1] - _spans[0];

    /// <summary>The text matched.</summary>
    public string Value => _input.Substring(Index, Length);

    /// <summary>The text that was searched.</summary>
    internal string Input => _input;

    /// <summary>Start and end of the match and of every named group.</summary>
    internal ReadOnlySpan<int> Spans => _spans;

    /// <summary>The named groups that took part, in the order of their opening parentheses.</summary>
    public IEnumerable<KeyValuePair<string, string>> Groups
    {
        get
        {
            for (int group = 0; group < _pattern.GroupNames.Count; group++)
            {
                if (Text(group) is { } text)
                {
                    yield return new KeyValuePair<string, string>(_pattern.GroupNames[group], text);
                }
            }
        }
    }

    /// <summary>The text of a named group; null when it took no part in the match or there is none of that name.</summary>
    /// <param name="groupName">The name.</param>
    public string? this[string groupName] => Text(_pattern.GroupIndex(groupName));

    /// <summary>Where a named group matched.</summary>
    /// <param name="groupName">The name.</param>
    /// <param name="index">Where it starts.</param>
    /// <param name="length">How many characters it has.</param>
    /// <returns>Whether there is such a group and it took part.</returns>
    public bool TryGetGroup(string groupName, out int index, out int length)
    {
        int group = _pattern.GroupIndex(groupName);
        (index, length) = (0, 0);
        if (group < 0 || _spans[2 + (2 * group)] < 0)
        {
            return false;
        }

        index = _spans[2 + (2 * group)];
        length = _spans[3 + (2 * group)] - index;
        return true;
    }

    private string? Text(int group) =>
        group < 0 || _spans[2 + (2 * group)] < 0 ? null : _input[_spans[2 + (2 * group)].._spans[3 + (2 * group)]];
}
