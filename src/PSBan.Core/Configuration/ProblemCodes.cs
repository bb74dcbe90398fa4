namespace PSBan.Configuration;

/// <summary>The kinds of problems that reading a configuration can meet; the words are stable.</summary>
public static class ProblemCodes
{
    /// <summary>There is no such directory, or nothing in it that could be read.</summary>
    public const string ConfigurationNotFound = nameof(ConfigurationNotFound);

    /// <summary>A file is there and cannot be opened.</summary>
    public const string FileUnreadable = nameof(FileUnreadable);

    /// <summary>A file holds bytes that are not UTF-8.</summary>
    public const string InvalidEncoding = nameof(InvalidEncoding);

    /// <summary>A file named in <c>[INCLUDES]</c> does not exist.</summary>
    public const string IncludeNotFound = nameof(IncludeNotFound);

    /// <summary>A line is neither a header nor an option, or a continuation that is not indented.</summary>
    public const string SyntaxError = nameof(SyntaxError);

    /// <summary>Options stand before the first section header.</summary>
    public const string TextBeforeSection = nameof(TextBeforeSection);

    /// <summary>An option is written twice in a section of one file.</summary>
    public const string DuplicateOption = nameof(DuplicateOption);

    /// <summary>A section is opened twice in one file.</summary>
    public const string DuplicateSection = nameof(DuplicateSection);

    /// <summary>A <c>%(…)s</c> cannot be resolved.</summary>
    public const string InvalidInterpolation = nameof(InvalidInterpolation);

    /// <summary>A <c>&lt;tag&gt;</c> refers to itself.</summary>
    public const string TagRecursion = nameof(TagRecursion);

    /// <summary>An option takes the place of a tag that patterns need, such as <c>&lt;HOST&gt;</c>.</summary>
    public const string TagShadowed = nameof(TagShadowed);

    /// <summary>A <c>name[option=value]</c> is malformed.</summary>
    public const string InvalidOptionList = nameof(InvalidOptionList);

    /// <summary>There is no such filter.</summary>
    public const string FilterNotFound = nameof(FilterNotFound);

    /// <summary>The configuration lacks a filter and PSBan's own takes its place.</summary>
    public const string StockFilterUsed = nameof(StockFilterUsed);

    /// <summary>A filter has no pattern that could find a failure.</summary>
    public const string FilterEmpty = nameof(FilterEmpty);

    /// <summary>There is no such action.</summary>
    public const string ActionNotFound = nameof(ActionNotFound);

    /// <summary>The configuration lacks an action and PSBan's own takes its place.</summary>
    public const string StockActionUsed = nameof(StockActionUsed);

    /// <summary>The action is a Python program.</summary>
    public const string ActionUnsupported = nameof(ActionUnsupported);

    /// <summary>Two actions of a jail have one name.</summary>
    public const string DuplicateAction = nameof(DuplicateAction);

    /// <summary>A jail has no action, so that nobody is banned.</summary>
    public const string NoAction = nameof(NoAction);

    /// <summary>A jail has nothing to read.</summary>
    public const string NoLogPath = nameof(NoLogPath);

    /// <summary>There is no such jail.</summary>
    public const string JailNotFound = nameof(JailNotFound);

    /// <summary>A value is no whole number, or not one that makes sense.</summary>
    public const string InvalidNumber = nameof(InvalidNumber);

    /// <summary>A value is no time.</summary>
    public const string InvalidTime = nameof(InvalidTime);

    /// <summary>The length of a prefix is none, or too short.</summary>
    public const string InvalidPrefixLength = nameof(InvalidPrefixLength);

    /// <summary>A value is neither true nor false.</summary>
    public const string InvalidBoolean = nameof(InvalidBoolean);

    /// <summary>A value is not one of the words allowed.</summary>
    public const string InvalidValue = nameof(InvalidValue);

    /// <summary>A word in a list of addresses is neither an address nor a host name.</summary>
    public const string InvalidAddress = nameof(InvalidAddress);

    /// <summary>A <c>#</c> behind a value is part of the value.</summary>
    public const string CommentInValue = nameof(CommentInValue);

    /// <summary>An option looks like a misspelling of another.</summary>
    public const string UnknownOption = nameof(UnknownOption);
}
