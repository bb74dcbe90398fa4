namespace PSBan.Matching.Patterns.Tree;

internal sealed partial class PatternParser
{
    private const string FlagLetters = "one of the flags a, i, m, s, u, x";

    /// <summary>Reads <c>((?i)abc)</c> or <c>(?:(?i)abc)</c> as fail2ban does: flags for this group, which then captures nothing.</summary>
    private GroupNode? LeadingFlags(int start, PatternFlags flags)
    {
        int open = _text.AsSpan(_at).StartsWith("?:", StringComparison.Ordinal) ? _at + 2 : _at;
        int end = open + 2;
        if (!_text.AsSpan(open).StartsWith("(?", StringComparison.Ordinal))
        {
            return null;
        }

        while (end < _text.Length && IsFlag(_text[end]))
        {
            end++;
        }

        if (end == open + 2 || end >= _text.Length || _text[end] != ')')
        {
            return null;
        }

        _at = open + 2;
        (PatternFlags add, _) = ReadFlags();
        return new GroupNode(start, Body(start, Apply(flags, add, PatternFlags.None)));
    }

    private GroupNode? FlagGroup(int start, PatternFlags flags, bool atVeryStart)
    {
        (PatternFlags add, PatternFlags? remove) = ReadFlags();
        if (remove is { } off)
        {
            return new GroupNode(start, Body(start, Apply(flags, add, off)));
        }

        if (!atVeryStart)
        {
            throw Error(start, "global flags not at the start of the expression", "the flags first of all, or for a part of it (?i:…)");
        }

        _globalFlags = Apply(_globalFlags, add, PatternFlags.None);
        return null;
    }

    private static PatternFlags Apply(PatternFlags flags, PatternFlags add, PatternFlags remove)
    {
        // a and u exclude each other; the later one wins.
        remove |= add.HasFlag(PatternFlags.Unicode) ? PatternFlags.Ascii : PatternFlags.None;
        return (flags & ~remove) | (add & ~PatternFlags.Unicode);
    }

    /// <summary>Reads flag letters up to and including the <c>)</c> (nothing to remove: null) or the <c>:</c>.</summary>
    private (PatternFlags Add, PatternFlags? Remove) ReadFlags()
    {
        PatternFlags add = PatternFlags.None;
        while (Current is not (')' or ':' or '-'))
        {
            add |= Flag("missing -, : or )", "':' or ')' after the flags");
            if (add.HasFlag(PatternFlags.Ascii | PatternFlags.Unicode))
            {
                throw Error(_at, "bad inline flags: flags 'a', 'u' and 'L' are incompatible", "one of them");
            }
        }

        switch (_text[_at++])
        {
            case ')':
                return (add, null);
            case ':':
                return (add, PatternFlags.None);
        }

        PatternFlags remove = PatternFlags.None;
        do
        {
            remove |= Flag(remove == PatternFlags.None ? "missing flag" : "missing :", "a flag to turn off, then ':'");
            if ((remove & (PatternFlags.Ascii | PatternFlags.Unicode)) != 0)
            {
                throw Error(_at, "bad inline flags: cannot turn off flags 'a', 'u' and 'L'", "one of the flags i, m, s, x after '-'");
            }
        }
        while (!Skip(':'));
        return (add & remove) == 0 ? (add, remove) : throw Error(_at, "bad inline flags: flag turned on and off", "each flag once");
    }

    private PatternFlags Flag(string problem, string expected)
    {
        int flagAt = _at;
        return Next(problem, expected) switch
        {
            'i' => PatternFlags.IgnoreCase,
            'm' => PatternFlags.Multiline,
            's' => PatternFlags.DotAll,
            'x' => PatternFlags.Verbose,
            'a' => PatternFlags.Ascii,
            'u' => PatternFlags.Unicode,
            't' => PatternFlags.None,
            'L' => throw Error(flagAt, "bad inline flags: cannot use 'L' flag with a str pattern", FlagLetters),
            var letter when char.IsLetter(letter) => throw Error(flagAt, "unknown flag", FlagLetters),
            _ => throw Error(flagAt, problem, expected),
        };
    }

    private static bool IsFlag(char c) => c is 'i' or 'm' or 's' or 'x' or 'a' or 'u' or 'L' or 't';
}
