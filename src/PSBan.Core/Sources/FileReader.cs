using System.IO.Compression;
using System.Runtime.CompilerServices;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>Reads a file once, from start to end; one that is compressed with gzip, by its content and not by its name, as what it holds.</summary>
internal static class FileReader
{
    /// <summary>Reads a file, or anything else that can be opened for reading.</summary>
    /// <exception cref="IOException">It is missing, cannot be read, or is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static async IAsyncEnumerable<LogBlock> ReadAsync(string path, LogEncoding byDefault, int lineLimit, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        long line = 1;
        await foreach ((CutBlock block, _, bool isFirst) in CutAsync(path, byDefault, lineLimit, decodes: true, cancelToken))
        {
            ReadOnlyMemory<char> text = isFirst ? block.Text[LineText.MarkLength(block.Text.Span)..] : block.Text;
            if (!text.IsEmpty)
            {
                yield return new LogBlock { Source = path, Text = text, FirstLine = line };
            }

            line += text.Span.Count('\n');
        }
    }

    /// <summary>Reads a file for somebody who decodes it himself.</summary>
    /// <exception cref="IOException">It is missing, cannot be read, or is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static async IAsyncEnumerable<RawBlock> ReadRawAsync(string path, LogEncoding byDefault, int lineLimit, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        await foreach ((CutBlock block, LogEncoding encoding, bool isFirst) in CutAsync(path, byDefault, lineLimit, decodes: false, cancelToken))
        {
            if (!block.IsPassedOver)
            {
                yield return new RawBlock(block.Bytes, encoding, isFirst);
            }
        }
    }

    private static async IAsyncEnumerable<(CutBlock Block, LogEncoding Encoding, bool IsFirst)> CutAsync(
        string path, LogEncoding byDefault, int lineLimit, bool decodes, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        await using FileStream file = new(SharedFile.Open(path, mayWait: true), FileAccess.Read, bufferSize: 0);
        byte[] start = new byte[3];
        int known = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancelToken);
        bool isCompressed = file.CanSeek && known == 3 && start is [0x1F, 0x8B, 0x08];
        if (isCompressed)
        {
            file.Position = 0;
        }

        await using Stream bytes = isCompressed ? new GZipStream(file, CompressionMode.Decompress) : file;
        if (isCompressed)
        {
            known = await ReadStartAsync(bytes, start, path, cancelToken);
        }

        using BlockCutter cutter = new(Math.Max(4096, lineLimit), decodes);
        cutter.Load(start.AsSpan(0, known));
        cutter.Encoding = LogEncoding.OfMark(start.AsSpan(0, known)) ?? byDefault;
        bool atEnd = known == 0;
        bool isFirst = true;
        while (true)
        {
            if (cutter.Cut(atEnd, out CutBlock block))
            {
                yield return (block, cutter.Encoding, isFirst);
                isFirst = false;
            }
            else if (atEnd)
            {
                yield break;
            }

            if (!atEnd)
            {
                cancelToken.ThrowIfCancellationRequested();
                int count = await ReadSomeAsync(bytes, cutter.Room(), path, mayBlock: file.CanSeek && !decodes, cancelToken);
                cutter.Add(count);
                atEnd = count == 0;
            }
        }
    }

    private static ValueTask<int> ReadStartAsync(Stream bytes, Memory<byte> start, string path, CancellationToken cancelToken) =>
        Guard(path, () => bytes.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancelToken));

    /// <summary>Reads what is there. Whoever has threads of his own for it is spared handing each block from one thread to another.</summary>
    private static ValueTask<int> ReadSomeAsync(Stream bytes, Memory<byte> room, string path, bool mayBlock, CancellationToken cancelToken) =>
        Guard(path, () => mayBlock ? ValueTask.FromResult(bytes.Read(room.Span)) : bytes.ReadAsync(room, cancelToken));

    private static async ValueTask<int> Guard(string path, Func<ValueTask<int>> read)
    {
        try
        {
            return await read();
        }
        catch (InvalidDataException exception)
        {
            throw new IOException($"The compressed file '{path}' is damaged: {exception.Message}", exception);
        }
    }
}
