namespace PSBan.Matching.Patterns.Tree;

internal sealed partial class CharacterSet
{
    private static readonly CharacterSet[] s_ascii = [.. Enumerable.Range(0, 128).Select(c => new CharacterSet([new CharacterRange(c, c)]))];

    /// <summary>Every character but the line feed.</summary>
    public static CharacterSet NotLineFeed { get; } = new([new CharacterRange('\n', '\n')], negated: true);

    /// <summary>Every character.</summary>
    public static CharacterSet All { get; } = new([new CharacterRange(0, CharacterRange.Last)]);

    /// <summary>Decimal digits of every script.</summary>
    public static CharacterSet Digit { get; } = new([], CharacterKinds.Digit);

    /// <summary>All but those.</summary>
    public static CharacterSet NotDigit { get; } = new([], CharacterKinds.NotDigit);

    /// <summary>Letters, numbers and the underscore.</summary>
    public static CharacterSet Word { get; } = new([], CharacterKinds.Word);

    /// <summary>All but those.</summary>
    public static CharacterSet NotWord { get; } = new([], CharacterKinds.NotWord);

    /// <summary>White space as Python's <c>str.isspace</c> has it: with the four separators from U+001C, which .NET's <c>\s</c> lacks.</summary>
    public static CharacterSet Space { get; } = new([
        new('\t', '\r'), new(0x1C, ' '), new(0x85, 0x85), new(0xA0, 0xA0), new(0x1680, 0x1680), new(0x2000, 0x200A), new(0x2028, 0x2029), new(0x202F, 0x202F),
        new(0x205F, 0x205F), new(0x3000, 0x3000)]);

    /// <summary>All but those.</summary>
    public static CharacterSet NotSpace { get; } = new(CharacterRange.Complement(Space.Ranges));

    /// <summary>The ASCII digits.</summary>
    public static CharacterSet AsciiDigit { get; } = new([new('0', '9')]);

    /// <summary>All but those.</summary>
    public static CharacterSet NotAsciiDigit { get; } = new(CharacterRange.Complement(AsciiDigit.Ranges));

    /// <summary>The ASCII letters, digits and the underscore.</summary>
    public static CharacterSet AsciiWord { get; } = new([new('0', '9'), new('A', 'Z'), new('_', '_'), new('a', 'z')]);

    /// <summary>All but those.</summary>
    public static CharacterSet NotAsciiWord { get; } = new(CharacterRange.Complement(AsciiWord.Ranges));

    /// <summary>ASCII white space.</summary>
    public static CharacterSet AsciiSpace { get; } = new([new('\t', '\r'), new(' ', ' ')]);

    /// <summary>All but those.</summary>
    public static CharacterSet NotAsciiSpace { get; } = new(CharacterRange.Complement(AsciiSpace.Ranges));

    /// <summary>The set of one character.</summary>
    /// <param name="codePoint">The character.</param>
    public static CharacterSet Of(int codePoint) => codePoint < 128 ? s_ascii[codePoint] : new CharacterSet([new CharacterRange(codePoint, codePoint)]);
}
