namespace PSBan.Model;

/// <summary>A configuration value that remembers where it was written.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <param name="Value">The value.</param>
/// <param name="Location">File and line; <see cref="SourceLocation.None"/> for a default.</param>
public sealed record Located<T>(T Value, SourceLocation Location)
{
    /// <summary>Whether the value was written in a file, and is not a default.</summary>
    public bool IsWritten => Location.File is not null;

    /// <inheritdoc/>
    public override string ToString() => Value?.ToString() ?? string.Empty;
}
