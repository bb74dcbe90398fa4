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

    /// <summary>A tool did not end in time and was killed.</summary>
    TimedOut,

    /// <summary>Something that another program makes is not there yet (the chain DOCKER-USER before docker has started).</summary>
    NotYet,

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
    /// <param name="rules">The names of the rules that it concerns, where everything was done for the others; null for all.</param>
    public FirewallException(FirewallFailure failure, string message, Exception? inner = null, IReadOnlyList<string>? rules = null)
        : base(message, inner) => (Failure, Rules) = (failure, rules ?? []);

    /// <summary>The kind of trouble.</summary>
    public FirewallFailure Failure { get; }

    /// <summary>The names of the rules that it concerns, where everything was done for the others; empty for all.</summary>
    public IReadOnlyList<string> Rules { get; }
}
