namespace PSBan.Matching.Dates;

/// <summary>The words in braces that a <c>datepattern</c> may hold.</summary>
internal static class DateKeywords
{
    /// <summary>In front of a pattern: bound to the start of the line. Alone: the default templates so bound.</summary>
    public const string LineBegin = "{^LN-BEG}";

    /// <summary>In front of a pattern: bound nowhere.</summary>
    public const string Unbound = "{UNB}";

    /// <summary>The full default list.</summary>
    public const string Default = "{DEFAULT}";

    /// <summary>Inside a pattern: each of the default dates.</summary>
    public const string Date = "{DATE}";

    /// <summary>The lines carry no date.</summary>
    public const string None = "{NONE}";
}
