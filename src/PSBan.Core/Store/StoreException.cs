namespace PSBan.Store;

/// <summary>Why a store does not do what it was asked.</summary>
public enum StoreFailure
{
    /// <summary>Its file cannot be opened, read or written: rights, a missing directory, a failing disk. Trying again may help.</summary>
    Unavailable,

    /// <summary>Another program holds it. Trying again may help.</summary>
    Locked,

    /// <summary>There is no room on its disk. Trying again may help.</summary>
    Full,

    /// <summary>Its file is damaged.</summary>
    Corrupt,

    /// <summary>Its file belongs to another program or to a later version of this one; it is left alone.</summary>
    Foreign,
}

/// <summary>A store did not do what it was asked; the message says why and what to do.</summary>
public sealed class StoreException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="failure">The kind of failure.</param>
    /// <param name="message">What happened to which file, and the remedy.</param>
    /// <param name="inner">The cause.</param>
    public StoreException(StoreFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    /// <summary>The kind of failure.</summary>
    public StoreFailure Failure { get; }
}
