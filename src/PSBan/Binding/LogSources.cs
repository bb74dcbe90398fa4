using PSBan.Sources;

namespace PSBan.Binding;

/// <summary>Opens a log by its path.</summary>
internal static class LogSources
{
    public static ILogSource Open(string path, string encoding) => throw new NotSupportedException(path + encoding);
}
