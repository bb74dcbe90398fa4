namespace PSBan.Model;

/// <summary>Where a configuration value stands: file and line.</summary>
/// <param name="File">The path of the file, as it was opened; null where the value has no file (a default, a parameter of a command).</param>
/// <param name="Line">The line, counted from 1; 0 where unknown.</param>
public readonly record struct SourceLocation(string? File, int Line)
{
    /// <summary>No place in a file.</summary>
    public static SourceLocation None => default;

    /// <inheritdoc/>
    public override string ToString() => File is null ? string.Empty : Line > 0 ? $"{File}:{Line}" : File;
}
