namespace PSBan.Sources;

/// <summary>Bytes of whole lines, as they stand in a log.</summary>
/// <param name="Bytes">The bytes; they hold until the next block is asked for.</param>
/// <param name="Encoding">Their encoding.</param>
/// <param name="IsFirst">Whether the log begins with them, so that a byte order mark may stand in front.</param>
internal readonly record struct RawBlock(ReadOnlyMemory<byte> Bytes, LogEncoding Encoding, bool IsFirst);
