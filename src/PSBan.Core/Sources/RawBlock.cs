namespace PSBan.Sources;

/// <summary>Bytes of whole lines, as they stand in a log.</summary>
/// <param name="Bytes">The bytes; they hold as long as the memory that came with them.</param>
/// <param name="Encoding">Their encoding.</param>
/// <param name="IsFirst">Whether the log begins with them, so that a byte order mark may stand in front.</param>
internal readonly record struct RawBlock(ReadOnlyMemory<byte> Bytes, LogEncoding Encoding, bool IsFirst);
