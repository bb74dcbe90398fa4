namespace PSBan.Control;

/// <summary>A watch refused a request; the message says why.</summary>
public sealed class ControlException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="code">The kind of refusal.</param>
    /// <param name="message">Why, as a sentence.</param>
    public ControlException(ControlErrorCode code, string message)
        : base(message) => Code = code;

    /// <summary>The kind of refusal.</summary>
    public ControlErrorCode Code { get; }
}

/// <summary>No watch answers for a state directory, or this user may not reach it; the message says which and what to do.</summary>
public sealed class WatchNotRunningException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was found, and the remedy.</param>
    /// <param name="accessDenied">Whether there is a watch but this user may not reach it.</param>
    /// <param name="inner">The cause.</param>
    public WatchNotRunningException(string message, bool accessDenied = false, Exception? inner = null)
        : base(message, inner) => AccessDenied = accessDenied;

    /// <summary>Whether there is a watch but this user may not reach it.</summary>
    public bool AccessDenied { get; }
}
