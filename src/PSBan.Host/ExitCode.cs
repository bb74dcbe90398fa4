namespace PSBan.Host;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>All is well.</summary>
    public const int Good = 0;

    /// <summary>Problems were found, or the work could not be done; standard error says why.</summary>
    public const int Problems = 1;

    /// <summary>The command line was not understood.</summary>
    public const int Usage = 2;
}
