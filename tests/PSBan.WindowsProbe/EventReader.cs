using PSBan.Model;
using PSBan.Sources;

namespace PSBan.WindowsProbe;

/// <summary>Reads a channel of the event log once, through the engine's own source.</summary>
internal static class EventReader
{
    public static async Task<long> ReadAsync(string channel)
    {
        long lines = 0;
        await foreach (LogBlock block in LogSources.OneShot($"eventlog[channel={channel}]", "auto", []).ReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            lines += block.Text.Span.Count('\n');
        }

        return lines;
    }
}
