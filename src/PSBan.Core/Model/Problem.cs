using System.Text.Json.Serialization;

namespace PSBan.Model;

/// <summary>How much a <see cref="Problem"/> hinders.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProblemSeverity>))]
public enum ProblemSeverity
{
    /// <summary>Everything works, but probably not as meant.</summary>
    Warning,

    /// <summary>The jail, filter or setting named cannot be used.</summary>
    Error,
}

/// <summary>Something wrong in the configuration, in words that say what to write instead.</summary>
/// <param name="Severity">How much it hinders.</param>
/// <param name="Code">A stable PascalCase word for the kind of problem, such as <c>InvalidFailRegex</c>.</param>
/// <param name="Message">A full sentence: what is wrong and what to write instead. A pattern's message shows a caret on a line of its own.</param>
/// <param name="Location">File and line of the value.</param>
/// <param name="Jail">The jail that is hit; null where it is none or all.</param>
public sealed record Problem(ProblemSeverity Severity, string Code, string Message, SourceLocation Location, string? Jail = null)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        string place = Location.File is null ? string.Empty : $"{Location}: ";
        string jail = Jail is null ? string.Empty : $"[{Jail}] ";
        return $"{place}{(Severity == ProblemSeverity.Error ? "error" : "warning")}: {jail}{Message}";
    }
}
