namespace PSBan.Sources;

/// <summary>
/// Reads all files that match a glob: those there are, and while following those that come. A file that is renamed within the glob is
/// the same file; a copy of a followed file (copytruncate) is not read a second time.
/// </summary>
/// <param name="glob">The glob: <c>*</c>, <c>?</c> and <c>[…]</c> as in a shell, no <c>**</c>; a hidden file wants its dot written.</param>
/// <param name="options">How the files are read; null for the defaults.</param>
/// <exception cref="ArgumentException">The encoding is unknown.</exception>
public sealed class GlobLogSource(string glob, FileSourceOptions? options = null) : FileSource(new Glob(glob), options);
