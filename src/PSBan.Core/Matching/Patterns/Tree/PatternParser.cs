using System.Collections.Immutable;
using System.Globalization;

namespace PSBan.Matching.Patterns.Tree;

/// <summary>Reads the dialect of Python 3.11's <c>re</c> into a tree; what Python refuses is refused in its words, with the place and what was expected.</summary>
/// <remarks>
/// One addition is fail2ban's: a group that starts with a flag setter, <c>((?i)abc)</c> or <c>(?:(?i)abc)</c>, is the flag-scoped group <c>(?i:abc)</c>, which
/// captures nothing.
/// </remarks>
internal sealed partial class PatternParser
{
    private const int MostNested = 250;

    private readonly ExpandedPattern _pattern;
    private readonly string _text;
    private readonly GroupTable _groups;
    private PatternFlags _globalFlags;
    private int _at;
    private int _depth;

    private PatternParser(ExpandedPattern pattern, PatternFlags flags)
    {
        _pattern = pattern;
        _text = pattern.Text;
        _globalFlags = flags;
        _groups = new GroupTable(Error);
    }

    private bool AtEnd => _at >= _text.Length;

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern, its tags expanded.</param>
    /// <param name="flags">The flags it starts with.</param>
    /// <exception cref="PatternException">It is none.</exception>
    public static ParsedPattern Parse(ExpandedPattern pattern, PatternFlags flags = PatternFlags.None)
    {
        var parser = new PatternParser(pattern, flags);
        Node root = parser.Alternation(flags, isTop: true);
        if (!parser.AtEnd)
        {
            throw parser.Error(parser._at, "unbalanced parenthesis", @"an opening '(' before it, or '\)' for the character itself");
        }

        parser._groups.CheckForwardReferences();
        return new ParsedPattern(root, parser._groups.Names, parser._groups.Referred);
    }

    private PatternException Error(int position, string problem, string expected) => _pattern.Error(position, problem, expected);

    private bool Skip(char c)
    {
        bool there = Current == c && !AtEnd;
        _at += there ? 1 : 0;
        return there;
    }

    private Node Alternation(PatternFlags flags, bool isTop = false)
    {
        int start = _at;
        if (++_depth > MostNested)
        {
            throw Error(_at, "nested too deeply", $"at most {MostNested} groups inside each other");
        }

        ImmutableArray<Node>.Builder branches = ImmutableArray.CreateBuilder<Node>();
        do
        {
            branches.Add(Sequence(isTop ? flags | _globalFlags : flags, isTop && branches.Count == 0));
        }
        while (Skip('|'));
        _depth--;
        return branches.Count == 1 ? branches[0] : new AlternationNode(start, branches.ToImmutable());
    }

    private Node Sequence(PatternFlags flags, bool isFirst = false)
    {
        int start = _at;
        ImmutableArray<Node>.Builder items = ImmutableArray.CreateBuilder<Node>();
        while (!AtEnd && Current is not ('|' or ')'))
        {
            // Flags for the whole pattern come before anything else and hold from here on.
            flags |= isFirst ? _globalFlags : PatternFlags.None;
            if (flags.HasFlag(PatternFlags.Verbose) && SkipVerbose())
            {
                continue;
            }

            if (Current is '*' or '+' or '?' || (Current == '{' && IsQuantifier()))
            {
                Node last = items.Count > 0 ? items[^1] : new SequenceNode(_at, []);
                Node repeated = Quantified(items.Count > 0 ? last : null);
                items[^1] = repeated;
            }
            else if (Item(flags, isFirst && items.Count == 0) is { } item)
            {
                items.Add(item);
            }
        }

        return items.Count == 1 ? items[0] : new SequenceNode(start, items.ToImmutable());
    }

    private bool SkipVerbose()
    {
        if (Current is ' ' or '\t' or '\n' or '\r' or '\v' or '\f')
        {
            _at++;
            return true;
        }

        if (Current != '#')
        {
            return false;
        }

        int end = _text.IndexOf('\n', _at);
        _at = end < 0 ? _text.Length : end + 1;
        return true;
    }

    /// <summary>Reads one thing that can be repeated; null for what leaves no trace in the tree.</summary>
    private Node? Item(PatternFlags flags, bool atVeryStart)
    {
        int start = _at;
        switch (Current)
        {
            case '(':
                return Group(flags, atVeryStart);
            case '[':
                return new CharacterNode(start, Class(flags));
            case '\\':
                return Escape(flags);
            case '.':
                _at++;
                return new CharacterNode(start, flags.HasFlag(PatternFlags.DotAll) ? CharacterSet.All : CharacterSet.NotLineFeed);
            case '^':
                _at++;
                return new AnchorNode(start, flags.HasFlag(PatternFlags.Multiline) ? AnchorKind.LineStart : AnchorKind.Start);
            case '$':
                _at++;
                return new AnchorNode(start, flags.HasFlag(PatternFlags.Multiline) ? AnchorKind.LineEnd : AnchorKind.End);
            default:
                return Literal(start, CodePoint(), flags);
        }
    }

    private static CharacterNode Literal(int start, int codePoint, PatternFlags flags) =>
        new(start, flags.HasFlag(PatternFlags.IgnoreCase)
            ? Set([new CharacterRange(codePoint, codePoint)], CharacterKinds.None, negated: false, flags)
            : CharacterSet.Of(codePoint));

    private static CharacterSet Set(IReadOnlyList<CharacterRange> ranges, CharacterKinds kinds, bool negated, PatternFlags flags) =>
        new(flags.HasFlag(PatternFlags.IgnoreCase) ? CaseFolding.Close(ranges, flags.HasFlag(PatternFlags.Ascii)) : ranges, kinds, negated);

    private int CodePoint()
    {
        if (char.IsHighSurrogate(Current) && _at + 1 < _text.Length && char.IsLowSurrogate(_text[_at + 1]))
        {
            _at += 2;
            return char.ConvertToUtf32(_text[_at - 2], _text[_at - 1]);
        }

        return _text[_at++];
    }

    /// <summary>Whether the brace here starts <c>{m}</c>, <c>{m,}</c>, <c>{,n}</c> or <c>{m,n}</c>; anything else is text.</summary>
    private bool IsQuantifier()
    {
        int at = _at + 1;
        int digits = at;
        while (at < _text.Length && char.IsAsciiDigit(_text[at]))
        {
            at++;
        }

        if (at < _text.Length && _text[at] == ',')
        {
            at++;
            digits = -1;
            while (at < _text.Length && char.IsAsciiDigit(_text[at]))
            {
                at++;
            }
        }

        return at < _text.Length && _text[at] == '}' && at > digits;
    }

    private RepeatNode Quantified(Node? body)
    {
        int start = _at;
        (int min, int max) = Bounds();
        string quantifier = _text[start.._at];
        if (body is null or AnchorNode)
        {
            throw Error(start, "nothing to repeat", $"a character, a class or a group before '{quantifier}', or '\\{quantifier[0]}' for the character itself");
        }

        if (body is RepeatNode)
        {
            throw Error(start, "multiple repeat", $"one quantifier for each part, or '(?:…)' around the part that '{quantifier}' is to repeat");
        }

        RepeatKind kind = Skip('?') ? RepeatKind.Lazy : Skip('+') ? RepeatKind.Possessive : RepeatKind.Greedy;
        return new RepeatNode(body.Position, body, min, max, kind);
    }

    private (int Min, int Max) Bounds()
    {
        switch (_text[_at++])
        {
            case '*':
                return (0, RepeatNode.Unlimited);
            case '+':
                return (1, RepeatNode.Unlimited);
            case '?':
                return (0, 1);
        }

        int start = _at;
        long? low = Number();
        long? high = Skip(',') ? Number() ?? long.MaxValue : low;
        _at++;
        if (high < (low ?? 0))
        {
            throw Error(start, "min repeat greater than max repeat", "the smaller number first");
        }

        return ((int)Math.Min(low ?? 0, RepeatNode.Unlimited - 1), (int)Math.Min(high ?? long.MaxValue, RepeatNode.Unlimited));
    }

    private long? Number()
    {
        // Python's own limit, beyond which it refuses the pattern.
        const long Most = uint.MaxValue;
        int start = _at;
        while (char.IsAsciiDigit(Current))
        {
            _at++;
        }

        if (_at == start)
        {
            return null;
        }

        return long.TryParse(_text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number < Most
            ? number
            : throw Error(start, "the repetition number is too large", $"a number below {Most.ToString(CultureInfo.InvariantCulture)}");
    }
}
