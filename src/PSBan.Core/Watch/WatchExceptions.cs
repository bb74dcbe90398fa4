using PSBan.Model;

namespace PSBan.Watch;

/// <summary>Another watch holds the state directory.</summary>
public sealed class WatchAlreadyRunningException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which process holds which directory, and the remedy.</param>
    /// <param name="inner">The cause.</param>
    public WatchAlreadyRunningException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The configuration leaves nothing that could run.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is missing, and the remedy.</param>
    /// <param name="problems">Everything that is wrong, with file and line.</param>
    public ConfigurationException(string message, IReadOnlyList<Problem> problems)
        : base(message) => Problems = problems;

    /// <summary>Everything that is wrong, with file and line.</summary>
    public IReadOnlyList<Problem> Problems { get; }
}
