using System.Buffers;

namespace PSBan.Configuration;

/// <summary>The characters of names.</summary>
internal static class WordCharacters
{
    /// <summary>Letters, digits and the underscore.</summary>
    public static readonly SearchValues<char> Values = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    /// <summary>The same and the hyphen: names of sections in references.</summary>
    public static readonly SearchValues<char> Section = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    /// <summary>The same and the dot: names of options in brackets.</summary>
    public static readonly SearchValues<char> Option = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
}
