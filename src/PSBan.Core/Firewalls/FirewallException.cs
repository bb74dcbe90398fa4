namespace PSBan.Firewalls;

/// <summary>Why a packet filter could not do what was asked.</summary>
public enum FirewallFailure
{
    /// <summary>The tool is missing or does not work here.</summary>
    Unavailable,

    /// <summary>The process may not change the packet filter.</summary>
    AccessDenied,

    /// <summary>A command was refused, hung, or ended with an error.</summary>
    CommandFailed,

    /// <summary>What was set up earlier is gone (somebody flushed the ruleset); opening again repairs it.</summary>
    Gone,
}

/// <summary>A packet filter could not do what was asked; the message says why and what to do.</summary>
public sealed class FirewallException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="failure">The kind of trouble.</param>
    /// <param name="message">What went wrong, with the tool's own words, and the remedy.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public FirewallException(FirewallFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    /// <summary>The kind of trouble.</summary>
    public FirewallFailure Failure { get; }
}
