namespace PSBan.Host;

/// <summary>
/// The terminal that the process was started from, if any. SIGHUP has two meanings: to a program in a terminal that its terminal was closed, to a service that
/// it is to read its configuration again.
/// </summary>
internal sealed class ControllingTerminal
{
    private readonly bool _hadOne = HasOne();

    /// <summary>Whether there was a terminal, and it has been closed.</summary>
    public bool IsGone => _hadOne && !HasOne();

    private static bool HasOne()
    {
        try
        {
            // Only a process with a terminal can open this name (tty(4)).
            using var terminal = File.OpenHandle("/dev/tty", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
