using System.Globalization;

namespace PSBan.Sources.Journal;

/// <summary>
/// What can be told from the cursor of an entry: <c>s=…;i=…;b=…;m=…;t=…;x=…</c>, the sequence number, the boot, the clocks and a hash of the content
/// (systemd's sd_journal_get_cursor(3)).
/// </summary>
internal static class JournalCursor
{
    /// <summary>The time of the entry; null where the cursor does not tell.</summary>
    public static DateTimeOffset? TimeOf(string cursor)
    {
        foreach (string part in cursor.Split(';'))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal)
                && long.TryParse(part.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long microseconds)
                && microseconds >= 0 && microseconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() * 1_000_000)
            {
                return DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
            }
        }

        return null;
    }

    /// <summary>Whether two cursors are of the same entry; the sequence number may differ where it stands in two files.</summary>
    public static bool AreSame(string left, string right) => Entry(left).SequenceEqual(Entry(right));

    private static ReadOnlySpan<char> Entry(string cursor)
    {
        int boot = cursor.IndexOf(";b=", StringComparison.Ordinal);
        return boot < 0 ? cursor : cursor.AsSpan(boot);
    }
}
