namespace PSBan.Model;

/// <summary>A place in a source from which reading can resume.</summary>
/// <param name="Identity">What identifies the file behind the name (device and inode, and a hash of its head), or the kind of cursor.</param>
/// <param name="Offset">Bytes from the start of the file; 0 where <paramref name="Cursor"/> is used.</param>
/// <param name="Line">The number of lines before this place; 0 where unknown.</param>
/// <param name="Cursor">The journal's cursor or the event log's bookmark; null for files.</param>
public sealed record LogPosition(string Identity, long Offset, long Line = 0, string? Cursor = null);
