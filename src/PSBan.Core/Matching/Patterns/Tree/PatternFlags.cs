namespace PSBan.Matching.Patterns.Tree;

/// <summary>Flags in force at a place of a pattern.</summary>
[Flags]
internal enum PatternFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>i</c>.</summary>
    IgnoreCase = 1,

    /// <summary><c>m</c>: <c>^</c> and <c>$</c> at every line.</summary>
    Multiline = 2,

    /// <summary><c>s</c>: the dot takes line feeds.</summary>
    DotAll = 4,

    /// <summary><c>x</c>: white space and comments do not count.</summary>
    Verbose = 8,

    /// <summary><c>a</c>: classes and boundaries know ASCII only.</summary>
    Ascii = 16,

    /// <summary><c>u</c>: the default; said nevertheless.</summary>
    Unicode = 32,
}
