using System.Globalization;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>Tells what happens in one jail.</summary>
/// <param name="jail">Its name.</param>
/// <param name="events">Where it is told.</param>
/// <param name="clock">The clock.</param>
internal sealed class JailVoice(string jail, EventHub events, TimeProvider clock)
{
    private const int MostRestoredTold = 1000;

    /// <summary>Tells something.</summary>
    public void Tell(BanEventKind kind, string message, BanId id = default, Failure? failure = null, string? source = null) =>
        events.Publish(new BanEvent(kind, clock.GetLocalNow(), VisibleText.Of(message)) { Jail = jail, Id = id, Failure = failure, Source = source });

    /// <summary>Tells of a ban.</summary>
    public void TellBan(BanEventKind kind, string message, Ban ban, Failure? failure = null, string? source = null) =>
        events.Publish(new BanEvent(kind, clock.GetLocalNow(), VisibleText.Of(message)) { Jail = jail, Id = ban.Id, Ban = ban, Failure = failure, Source = source });

    /// <summary>Tells of bans that have ended.</summary>
    public void TellEnded(IEnumerable<Ban> bans)
    {
        foreach (Ban ban in bans)
        {
            TellBan(BanEventKind.Unbanned, $"Unban {ban.Id}", ban);
        }
    }

    /// <summary>Tells of bans that have come back.</summary>
    public void TellRestored(IReadOnlyCollection<Ban> bans)
    {
        // A line for each of a hundred thousand would drown everything else.
        if (bans.Count > MostRestoredTold)
        {
            Tell(BanEventKind.Restored, string.Create(CultureInfo.InvariantCulture, $"Restored {bans.Count} bans"));
            return;
        }

        foreach (Ban ban in bans)
        {
            TellBan(BanEventKind.Restored, $"Restore Ban {ban.Id}", ban);
        }
    }
}
