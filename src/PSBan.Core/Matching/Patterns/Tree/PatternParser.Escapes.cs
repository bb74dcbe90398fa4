using System.Globalization;

namespace PSBan.Matching.Patterns.Tree;

internal sealed partial class PatternParser
{
    private const string KnownEscapes = @"a known escape (\A \b \B \d \D \s \S \w \W \Z \n \r \t \f \v \a \xNN \uNNNN), or the character without the backslash";

    /// <summary>Reads an escape outside of a class.</summary>
    private Node Escape(PatternFlags flags)
    {
        int start = _at++;
        char c = Next("bad escape (end of pattern)", @"a character after the backslash, or '\\' for a backslash itself");
        bool ascii = flags.HasFlag(PatternFlags.Ascii);
        switch (c)
        {
            case 'A':
                return new AnchorNode(start, AnchorKind.Start);
            case 'Z':
                return new AnchorNode(start, AnchorKind.AbsoluteEnd);
            case 'b':
                return new AnchorNode(start, ascii ? AnchorKind.AsciiWordBoundary : AnchorKind.WordBoundary);
            case 'B':
                return new AnchorNode(start, ascii ? AnchorKind.NotAsciiWordBoundary : AnchorKind.NotWordBoundary);
            case '0':
                return Literal(start, Octal(start + 1, 3), flags);
            case >= '1' and <= '9':
                return NumberEscape(start, flags);
        }

        _at--;
        if (Kind(c, ascii) is { } kind)
        {
            _at++;
            return new CharacterNode(start, kind);
        }

        return Literal(start, CharacterEscape(start), flags);
    }

    /// <summary>Reads <c>\12</c>: a character where it is three octal digits, else a reference to a group.</summary>
    private Node NumberEscape(int start, PatternFlags flags)
    {
        if (char.IsAsciiDigit(Current))
        {
            _at++;
            if (IsOctal(_text[start + 1]) && IsOctal(_text[start + 2]) && IsOctal(Current))
            {
                return Literal(start, Octal(start + 1, 3), flags);
            }
        }

        int group = int.Parse(_text.AsSpan(start + 1, _at - start - 1), CultureInfo.InvariantCulture);
        if (group > _groups.Count)
        {
            throw Error(start + 1, $"invalid group reference {group}", _groups.Count == 0 ? "a capturing group before it to refer to" : $"a number from 1 to {_groups.Count}");
        }

        _groups.Refer(group, start + 1);
        return new BackreferenceNode(start, group, flags.HasFlag(PatternFlags.IgnoreCase));
    }

    private int Octal(int from, int most)
    {
        _at = from;
        int value = 0;
        for (; _at < from + most && IsOctal(Current); _at++)
        {
            value = (value * 8) + Current - '0';
        }

        return value <= 255 ? value : throw Error(from - 1, $"octal escape value {_text[(from - 1).._at]} outside of range 0-0o377", @"at most \377");
    }

    private static bool IsOctal(char c) => c is >= '0' and <= '7';

    /// <summary>What <c>\d</c>, <c>\s</c>, <c>\w</c> and their opposites stand for; null for other letters.</summary>
    private static CharacterSet? Kind(char c, bool ascii) => c switch
    {
        'd' => ascii ? CharacterSet.AsciiDigit : CharacterSet.Digit,
        'D' => ascii ? CharacterSet.NotAsciiDigit : CharacterSet.NotDigit,
        'w' => ascii ? CharacterSet.AsciiWord : CharacterSet.Word,
        'W' => ascii ? CharacterSet.NotAsciiWord : CharacterSet.NotWord,
        's' => ascii ? CharacterSet.AsciiSpace : CharacterSet.Space,
        'S' => ascii ? CharacterSet.NotAsciiSpace : CharacterSet.NotSpace,
        _ => null,
    };

    /// <summary>Reads the escapes of one character that mean the same inside and outside of a class, from behind the backslash.</summary>
    private int CharacterEscape(int start)
    {
        char c = Current;
        switch (c)
        {
            case 'a':
                _at++;
                return '\a';
            case 'f':
                _at++;
                return '\f';
            case 'n':
                _at++;
                return '\n';
            case 'r':
                _at++;
                return '\r';
            case 't':
                _at++;
                return '\t';
            case 'v':
                _at++;
                return '\v';
            case 'x':
                return Hexadecimal(start, 2);
            case 'u':
                return Hexadecimal(start, 4);
            case 'U':
                return Hexadecimal(start, 8);
            case 'N':
                throw Error(start, @"bad escape \N", @"the character itself or its code, such as \u2028: character names are not known here");
            case var letter when char.IsAsciiLetter(letter):
                throw Error(start, $@"bad escape \{letter}", KnownEscapes);
            default:
                return CodePoint();
        }
    }

    private int Hexadecimal(int start, int digits)
    {
        int from = ++_at;
        while (_at < from + digits && char.IsAsciiHexDigit(Current))
        {
            _at++;
        }

        string escape = _text[start.._at];
        if (_at - from != digits)
        {
            throw Error(start, $"incomplete escape {escape}", $"{digits} hexadecimal digits");
        }

        uint value = uint.Parse(escape.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return value <= CharacterRange.Last ? (int)value : throw Error(start, $"bad escape {escape}", @"a code of at most \U0010FFFF");
    }
}
