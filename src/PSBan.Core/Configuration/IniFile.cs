using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>One file as it is written, before anything is merged or interpolated.</summary>
/// <param name="Path">The path as it was opened.</param>
/// <param name="Sections">The sections in the order of the file.</param>
/// <param name="Problems">What is wrong with it; the section where there is one, so that a jail can be named.</param>
internal sealed record IniFile(string Path, IReadOnlyList<IniSection> Sections, IReadOnlyList<IniProblem> Problems)
{
    /// <summary>Finds a section.</summary>
    public IniSection? Section(string name) => Sections.FirstOrDefault(section => section.Name == name);
}

/// <summary>A section of a file.</summary>
/// <param name="Name">The text between the brackets.</param>
/// <param name="Location">Its header.</param>
internal sealed record IniSection(string Name, SourceLocation Location)
{
    /// <summary>The options in the order of the file; names are lower-case.</summary>
    public OrderedDictionary<string, SourceText> Options { get; } = new(StringComparer.Ordinal);
}

/// <summary>A problem of the syntax and the section it was met in.</summary>
/// <param name="Section">The section; null before the first.</param>
/// <param name="Problem">The problem.</param>
internal sealed record IniProblem(string? Section, Problem Problem);
