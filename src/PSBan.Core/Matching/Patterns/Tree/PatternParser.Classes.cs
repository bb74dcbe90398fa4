namespace PSBan.Matching.Patterns.Tree;

internal sealed partial class PatternParser
{
    /// <summary>Reads a class from its opening bracket.</summary>
    private CharacterSet Class(PatternFlags flags)
    {
        int start = _at++;
        bool negated = Skip('^');
        bool ascii = flags.HasFlag(PatternFlags.Ascii);
        var ranges = new List<CharacterRange>();
        CharacterKinds kinds = CharacterKinds.None;
        for (bool first = true; first || Current != ']' || AtEnd; first = false)
        {
            int lowAt = _at;
            int? low = ClassItem(start, ascii, ranges, ref kinds);
            if (!Skip('-'))
            {
                Add(low, low);
                continue;
            }

            if (Current == ']' && !AtEnd)
            {
                Add(low, low);
                Add('-', '-');
                break;
            }

            int? high = ClassItem(start, ascii, ranges, ref kinds);
            if (low is null || high is null || high < low)
            {
                throw Error(lowAt, $"bad character range {_text[lowAt.._at]}", @"two characters, the lower first, or '\-' for the hyphen itself");
            }

            Add(low, high);
        }

        _at++;
        return Set(ranges, kinds, negated, flags);

        void Add(int? low, int? high)
        {
            if (low is { } from && high is { } to)
            {
                ranges.Add(new CharacterRange(from, to));
            }
        }
    }

    /// <summary>Reads one character of a class, or adds what a kind such as <c>\d</c> stands for and gives null.</summary>
    private int? ClassItem(int start, bool ascii, List<CharacterRange> ranges, ref CharacterKinds kinds)
    {
        if (AtEnd)
        {
            throw Error(start, "unterminated character set", "']' to close the class that opens here");
        }

        if (Current != '\\')
        {
            return CodePoint();
        }

        int escape = _at++;
        if (AtEnd)
        {
            throw Error(escape, "bad escape (end of pattern)", @"a character after the backslash, or '\\' for a backslash itself");
        }

        if (Kind(Current, ascii) is { } kind)
        {
            _at++;
            ranges.AddRange(kind.Ranges);
            kinds |= kind.Kinds;
            return null;
        }

        if (Current == 'b')
        {
            _at++;
            return '\b';
        }

        if (char.IsAsciiDigit(Current))
        {
            return IsOctal(Current) ? Octal(escape + 1, 3) : throw Error(escape, $@"bad escape \{Current}", KnownEscapes);
        }

        return CharacterEscape(escape);
    }
}
