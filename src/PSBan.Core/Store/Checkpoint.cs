using PSBan.Model;

namespace PSBan.Store;

/// <summary>Names a place in a log: two readers may stand at different places of the same one.</summary>
/// <param name="Reader">The reader: the path or glob that it was told, and the encoding where it is not found out.</param>
/// <param name="Source">The log, by <see cref="LogBlock.Source"/>.</param>
public readonly record struct PositionKey(string Reader, string Source);

/// <summary>
/// What has changed in a watch since the last checkpoint, all of the same moment: how far the logs were read, and what came of it. Stored in one
/// transaction, so that whoever begins from the store neither counts a line twice nor passes one over.
/// </summary>
/// <param name="Time">When it was taken, by the watch's clock.</param>
public sealed record Checkpoint(DateTimeOffset Time)
{
    /// <summary>How far each log was read, where that has changed.</summary>
    public IReadOnlyDictionary<PositionKey, LogPosition> Positions { get; init; } = System.Collections.Immutable.ImmutableDictionary<PositionKey, LogPosition>.Empty;

    /// <summary>What has changed in the jails; one entry a jail, and none for a jail without changes.</summary>
    public IReadOnlyList<JailChanges> Jails { get; init; } = [];

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Positions.Count == 0 && Jails.Count == 0;
}
