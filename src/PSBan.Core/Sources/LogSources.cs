namespace PSBan.Sources;

/// <summary>Makes the source that a path or glob asks for.</summary>
public static class LogSources
{
    /// <summary>A source to follow.</summary>
    /// <param name="glob">A path, or a glob with <c>*</c>, <c>?</c> and <c>[…]</c>.</param>
    /// <param name="encoding">The encoding of the logs, or <c>auto</c>.</param>
    /// <param name="clock">The clock of the poll.</param>
    public static ILogSource Follow(string glob, string encoding, TimeProvider clock) =>
        new GlobLogSource(glob, new FileSourceOptions { Encoding = encoding, Time = clock });

    /// <summary>A log to read once.</summary>
    /// <param name="path">Its path; <c>.gz</c> is unpacked.</param>
    /// <param name="encoding">Its encoding, or <c>auto</c>.</param>
    public static ILogSource OneShot(string path, string encoding) => new FileLogSource(path, new FileSourceOptions { Encoding = encoding });
}
