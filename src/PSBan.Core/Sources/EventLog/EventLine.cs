namespace PSBan.Sources.EventLog;

/// <summary>An event as a line.</summary>
/// <param name="Text">The line, without an end.</param>
/// <param name="Time">When the event was written.</param>
/// <param name="Channel">The channel it came from.</param>
/// <param name="RecordId">Its number in that channel; 0 where unknown.</param>
/// <param name="WasCut">Whether the line was longer than its limit.</param>
internal sealed record EventLine(string Text, DateTimeOffset Time, string Channel, ulong RecordId, bool WasCut);
