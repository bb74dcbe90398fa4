namespace PSBan.Matching.Dates;

/// <summary>
/// Sets the boundaries of a date regex: what must stand before and behind it unless the pattern says so itself, and the group that is cut
/// out of the line.
/// </summary>
internal static class DateBounds
{
    /// <summary>The name given to the group that is cut out of the line, where the pattern has not named it.</summary>
    public const string CutGroup = "_cut";

    private const string WordBegin = @"(?=^|\b|\W)";
    private const string WordEnd = @"(?=\b|\W|$)";
    private const string LineBegin = @"^(?:\W{0,2})?";
    private const string NoBound = "**";

    /// <summary>Bounds a regex whose codes have been expanded and whose prefix words have been removed.</summary>
    /// <param name="regex">The Python-dialect regex.</param>
    /// <param name="begin">What must stand before the date.</param>
    /// <param name="end">Whether a word must end behind the date.</param>
    public static BoundedDate Apply(string regex, DateBegin begin, bool end)
    {
        regex = regex.Trim();
        string flags = TakeFlags(ref regex);
        bool boundBegin = begin != DateBegin.Anywhere && !BeginsBound(regex);
        bool boundEnd = end && !EndsBound(regex);
        if (!HasPlainGroup(regex))
        {
            regex = Wrap(regex);
        }

        if (boundBegin)
        {
            regex = (begin == DateBegin.Line ? LineBegin : WordBegin) + regex;
        }

        if (boundEnd)
        {
            regex += WordEnd;
        }

        bool atEnd = EndsAtLine(regex);
        bool anchored = (boundBegin && begin == DateBegin.Line) || BeginsAtLine(regex) || atEnd;
        regex = NameFirstGroup(RemoveNoBoundMarks(regex), out string? cutGroup);
        return new BoundedDate(flags + regex, cutGroup, anchored, boundBegin && begin == DateBegin.Line) { IsAtEnd = atEnd };
    }

    /// <summary>Removes from a pattern what bounds it, so that it can stand inside another.</summary>
    /// <param name="pattern">The pattern of a default template.</param>
    public static string Unbound(string pattern) =>
        pattern.StartsWith(DateKeywords.LineBegin, StringComparison.Ordinal) ? pattern[DateKeywords.LineBegin.Length..] : pattern;

    /// <summary>A flag setter such as <c>(?i)</c> counts for the whole pattern wherever it stands; a regex wants it in front.</summary>
    private static string TakeFlags(ref string regex)
    {
        for (int open = regex.IndexOf("(?", StringComparison.Ordinal); open >= 0; open = regex.IndexOf("(?", open + 1, StringComparison.Ordinal))
        {
            int close = open + 2;
            while (close < regex.Length && char.IsAsciiLetterLower(regex[close]))
            {
                close++;
            }

            if (close > open + 2 && close < regex.Length && regex[close] == ')')
            {
                string flags = regex[open..(close + 1)];
                regex = regex.Remove(open, flags.Length);
                return flags;
            }
        }

        return string.Empty;
    }

    private static bool BeginsBound(string regex)
    {
        ReadOnlySpan<char> rest = regex.AsSpan().TrimStart('(');
        return rest.StartsWith("^") || rest.StartsWith(NoBound) || (rest.Length < regex.Length && rest.StartsWith("?:^"));
    }

    private static bool EndsBound(string regex) =>
        EndsWithBare(regex, "$") || EndsWithBare(regex, "$)") || EndsWithBare(regex, @"\b") || EndsWithBare(regex, @"\s")
        || EndsWithBare(regex.TrimEnd(')'), NoBound);

    private static bool EndsWithBare(string regex, string end) =>
        regex.EndsWith(end, StringComparison.Ordinal) && (regex.Length == end.Length || regex[^(end.Length + 1)] != '\\');

    private static bool BeginsAtLine(string regex) =>
        regex.StartsWith('^')
        || (regex.StartsWith("(^", StringComparison.Ordinal) && !regex.AsSpan(2).StartsWith("|"))
        || (regex.StartsWith("(?:^", StringComparison.Ordinal) && !regex.AsSpan(4).StartsWith("|"));

    private static bool EndsAtLine(string regex)
    {
        int dollar = regex.EndsWith("$)", StringComparison.Ordinal) ? regex.Length - 2 : regex.EndsWith('$') ? regex.Length - 1 : -1;
        return dollar == 0 || (dollar > 0 && regex[dollar - 1] is not ('\\' or '|'));
    }

    private static bool HasPlainGroup(string regex)
    {
        for (int i = 0; i < regex.Length; i++)
        {
            bool isCondition = i >= 2 && regex[i - 1] == '?' && regex[i - 2] == '(';
            if (regex[i] == '(' && (i == 0 || regex[i - 1] != '\\') && !isCondition && (i + 1 == regex.Length || regex[i + 1] != '?'))
            {
                return true;
            }
        }

        return false;
    }

    private static string Wrap(string regex)
    {
        int start = regex.StartsWith('^') ? 1 : 0;
        int end = EndsWithBare(regex, "$") && regex.Length > start ? regex.Length - 1 : regex.Length;
        return $"{regex[..start]}({regex[start..end]}){regex[end..]}";
    }

    /// <summary>
    /// Names the first opening parenthesis of a capture, if it has no name: Python numbers groups by their order, .NET the unnamed ones first.
    /// </summary>
    private static string NameFirstGroup(string regex, out string? name)
    {
        name = null;
        bool inClass = false;
        for (int i = 0; i < regex.Length; i++)
        {
            switch (regex[i])
            {
                case '\\':
                    i++;
                    break;
                case '[' when !inClass:
                    inClass = true;
                    i += regex.AsSpan(i + 1) switch { ['^', ']', ..] => 2, [']', ..] or ['^', ..] => 1, _ => 0 };
                    break;
                case ']':
                    inClass = false;
                    break;
                case '(' when !inClass && !regex.AsSpan(i + 1).StartsWith("?"):
                    name = CutGroup;
                    return regex.Insert(i + 1, $"?P<{CutGroup}>");
                case '(' when !inClass && regex.AsSpan(i + 1).StartsWith("?P<") && regex.IndexOf('>', i) is > 0 and int close:
                    name = regex[(i + 4)..close];
                    return regex;
            }
        }

        return regex;
    }

    private static string RemoveNoBoundMarks(string regex)
    {
        int begin = regex.Length - regex.AsSpan().TrimStart('(').Length;
        if (regex.AsSpan(begin).StartsWith(NoBound))
        {
            regex = regex.Remove(begin, NoBound.Length);
        }

        string body = regex.TrimEnd(')');
        return EndsWithBare(body, NoBound) ? body[..^NoBound.Length] + regex[body.Length..] : regex;
    }
}

/// <summary>What must stand before a date.</summary>
internal enum DateBegin
{
    /// <summary>Nothing in particular.</summary>
    Anywhere,

    /// <summary>The edge of a word.</summary>
    Word,

    /// <summary>The start of the line and at most two characters that are no word characters.</summary>
    Line,
}

/// <summary>A date regex with its boundaries.</summary>
/// <param name="Regex">The Python-dialect regex.</param>
/// <param name="CutGroup">The first group, which is the text to cut out; null where there is none and the whole match is.</param>
/// <param name="IsAnchored">Whether it is bound to the start or the end of the line.</param>
/// <param name="GotLineBegin">Whether it was bound to the start of the line here.</param>
internal readonly record struct BoundedDate(string Regex, string? CutGroup, bool IsAnchored, bool GotLineBegin)
{
    /// <summary>Whether it is bound to the end of the line.</summary>
    public bool IsAtEnd { get; init; }
}
