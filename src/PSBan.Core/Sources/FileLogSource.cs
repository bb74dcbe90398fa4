namespace PSBan.Sources;

/// <summary>
/// Reads one log file, which need not exist yet when it is followed. Rotation by renaming, by emptying in place and by a symbolic link that is pointed
/// elsewhere loses and repeats no line; a rotation that happened since a stored place was noted is caught up with as long as the rotated file is not compressed.
/// </summary>
/// <remarks><see cref="Model.LogBlock.Source"/> is the path with all links followed where a log is followed, and the path as given where it is read once.</remarks>
/// <param name="path">The path; wildcards in it have no meaning.</param>
/// <param name="options">How it is read; null for the defaults.</param>
/// <exception cref="ArgumentException">The encoding is unknown.</exception>
public sealed class FileLogSource(string path, FileSourceOptions? options = null) : FileSource(new Glob(path, isLiteral: true), options);
