using System.Globalization;

namespace PSBan.Matching.Patterns.Tree;

internal sealed partial class PatternParser
{
    private const string CloseParenthesis = "')' to close the group that opens here";

    /// <summary>Reads what an opening parenthesis starts; null for a comment, flags, or what matches nothing at no cost.</summary>
    private Node? Group(PatternFlags flags, bool atVeryStart)
    {
        int start = _at++;
        if (LeadingFlags(start, flags) is { } scoped)
        {
            return scoped;
        }

        if (!Skip('?'))
        {
            return Capture(start, null, flags);
        }

        int kindAt = _at;
        switch (Next("unexpected end of pattern", "the kind of the group, such as ':' or 'P<name>'"))
        {
            case 'P':
                return Named(start, flags);
            case ':':
                return new GroupNode(start, Body(start, flags));
            case '#':
                int end = _text.IndexOf(')', _at);
                _at = end < 0 ? throw Error(start, "missing ), unterminated comment", "')' to close the comment that opens here") : end + 1;
                return null;
            case '=':
                return new LookNode(start, Body(start, flags), -1, Negative: false);
            case '!':
                return new LookNode(start, Body(start, flags), -1, Negative: true);
            case '<':
                return LookBehind(start, flags);
            case '(':
                return Conditional(start, flags);
            case '>':
                return new AtomicNode(start, Body(start, flags));
            case '-':
            case var letter when IsFlag(letter):
                _at = kindAt;
                return FlagGroup(start, flags, atVeryStart);
            default:
                throw Error(start + 1, $"unknown extension ?{_text[kindAt]}", @"one of (?:…) (?P<name>…) (?P=name) (?=…) (?!…) (?<=…) (?<!…) (?>…) (?(name)…|…) (?i:…) (?#…), or '\(' for the character itself");
        }
    }

    private char Next(string problem, string expected) => AtEnd ? throw Error(_at, problem, expected) : _text[_at++];

    private Node Body(int start, PatternFlags flags)
    {
        Node body = Alternation(flags);
        return Skip(')') ? body : throw Error(start, "missing ), unterminated subpattern", CloseParenthesis);
    }

    private CaptureNode Capture(int start, string? name, PatternFlags flags)
    {
        int group = _groups.Open(name, start);
        Node body = Body(start, flags);
        _groups.Close(group, body);
        return new CaptureNode(start, group, name, body);
    }

    private Node Named(int start, PatternFlags flags)
    {
        if (Skip('<'))
        {
            return Capture(start, Name('>'), flags);
        }

        if (!Skip('='))
        {
            string found = AtEnd ? throw Error(_at, "unexpected end of pattern", "(?P<name>…) or (?P=name)") : _text[_at].ToString();
            throw Error(start + 1, $"unknown extension ?P{found}", "(?P<name>…) or (?P=name)");
        }

        int nameAt = _at;
        int group = _groups.Number(Name(')'), nameAt);
        _groups.Refer(group, nameAt);
        return new BackreferenceNode(start, group, flags.HasFlag(PatternFlags.IgnoreCase));
    }

    private string Name(char end)
    {
        string name = Until(end, out int nameAt);
        return IsIdentifier(name) ? name : throw Error(nameAt, $"bad character in group name '{name}'", "letters, digits and '_', with no digit in front");
    }

    private string Until(char end, out int nameAt)
    {
        nameAt = _at;
        int length = _text.AsSpan(_at).IndexOf(end);
        if (length <= 0)
        {
            throw length == 0 || AtEnd
                ? Error(_at, "missing group name", $"a name and '{end}'")
                : Error(_at, $"missing {end}, unterminated name", $"'{end}' after the name");
        }

        _at += length + 1;
        return _text.Substring(nameAt, length);
    }

    private static bool IsIdentifier(string name)
    {
        for (int i = 0; i < name.Length; i++)
        {
            bool fits = char.GetUnicodeCategory(name[i]) switch
            {
                <= UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber => true,
                UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber => i > 0,
                UnicodeCategory.ConnectorPunctuation => i > 0 || name[i] == '_',
                _ => false,
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    private LookNode LookBehind(int start, PatternFlags flags)
    {
        bool negative = Next("unexpected end of pattern", "'=' or '!' of a look-behind") switch
        {
            '=' => false,
            '!' => true,
            var other => throw Error(start + 1, $"unknown extension ?<{other}", "(?<=…), (?<!…) or (?P<name>…)"),
        };
        bool outermost = _groups.LookBehindStart is null;
        _groups.LookBehindStart ??= _groups.Count;
        Node body = Body(start, flags);
        _groups.LookBehindStart = outermost ? null : _groups.LookBehindStart;
        Width width = Width.Of(body, _groups.WidthOf);
        return width.IsFixed
            ? new LookNode(start, body, (int)width.Min, negative)
            : throw Error(start, "look-behind requires fixed-width pattern", "as many characters in every case: no *, +, ? and branches of one length");
    }

    private ConditionalNode Conditional(int start, PatternFlags flags)
    {
        string name = Until(')', out int nameAt);
        int group;
        if (IsIdentifier(name))
        {
            group = _groups.Number(name, nameAt);
        }
        else if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out group))
        {
            throw Error(nameAt, $"bad character in group name '{name}'", "the name or the number of a group");
        }
        else if (group == 0)
        {
            throw Error(nameAt, "bad group number", "a number from 1");
        }

        _groups.ReferInCondition(group, nameAt);
        if (++_depth > MostNested)
        {
            throw Error(_at, "nested too deeply", $"at most {MostNested} groups inside each other");
        }

        Node yes = Sequence(flags);
        Node no = Skip('|') ? Sequence(flags) : new SequenceNode(_at, []);
        _depth--;
        if (Current == '|' && !AtEnd)
        {
            throw Error(_at, "conditional backref with more than two branches", "')', or '(?:…|…)' around the branches");
        }

        return Skip(')') ? new ConditionalNode(start, group, yes, no) : throw Error(start, "missing ), unterminated subpattern", CloseParenthesis);
    }
}
