using System.IO.Compression;
using System.Runtime.CompilerServices;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>A file that is read once, from start to end; one that is compressed with gzip, by its content and not by its name, as what it holds.</summary>
internal sealed class FileReader : IDisposable
{
    private const int LongestMark = 3;

    private readonly string _path;
    private readonly Stream _bytes;
    private readonly BlockCutter _cutter;
    private bool _knowsEncoding;
    private bool _isFirst = true;
    private bool _atEnd;

    private FileReader(string path, Stream bytes, LogEncoding byDefault, int lineLimit, bool decodes) =>
        (_path, _bytes, _cutter) = (path, bytes, new BlockCutter(Math.Max(4096, lineLimit), decodes) { Encoding = byDefault });

    /// <summary>Opens a file, or anything else that can be opened for reading, for somebody who decodes it himself.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="byDefault">Its encoding, unless a byte order mark tells another.</param>
    /// <param name="lineLimit">The bytes of a line that are kept.</param>
    /// <exception cref="IOException">It is missing, cannot be read, or is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileReader Open(string path, LogEncoding byDefault, int lineLimit) => Open(path, byDefault, lineLimit, decodes: false);

    /// <summary>Reads a file, or anything else that can be opened for reading.</summary>
    /// <exception cref="IOException">It is missing, cannot be read, or is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static async IAsyncEnumerable<LogBlock> ReadAsync(string path, LogEncoding byDefault, int lineLimit, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        using FileReader file = Open(path, byDefault, lineLimit, decodes: true);
        long line = 1;
        while (true)
        {
            if (file.TryCut(out CutBlock block, out bool isFirst))
            {
                ReadOnlyMemory<char> text = isFirst ? block.Text[LineText.MarkLength(block.Text.Span)..] : block.Text;
                if (!text.IsEmpty)
                {
                    yield return new LogBlock { Source = path, Text = text, FirstLine = line };
                }

                line += text.Span.Count('\n');
            }
            else if (file._atEnd)
            {
                yield break;
            }

            await file.ReadMoreAsync(cancelToken);
        }
    }

    /// <summary>Reads the next lines.</summary>
    /// <param name="memory">Memory to read into later; receives that in which the lines stand.</param>
    /// <param name="block">The lines.</param>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="IOException">The file cannot be read or is damaged.</exception>
    public bool TryRead(ref byte[] memory, out RawBlock block)
    {
        while (true)
        {
            if (TryCut(out CutBlock cut, out bool isFirst))
            {
                if (!cut.IsPassedOver)
                {
                    block = new RawBlock(cut.Bytes, _cutter.Encoding, isFirst);
                    memory = _cutter.Exchange(memory);
                    return true;
                }
            }
            else if (_atEnd)
            {
                block = default;
                return false;
            }

            ReadMore();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cutter.Dispose();
        _bytes.Dispose();
    }

    private static FileReader Open(string path, LogEncoding byDefault, int lineLimit, bool decodes)
    {
        FileStream file = new(SharedFile.Open(path, mayWait: true), FileAccess.Read, bufferSize: 0);
        try
        {
            return new FileReader(path, IsCompressed(file) ? new GZipStream(file, CompressionMode.Decompress) : file, byDefault, lineLimit, decodes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static bool IsCompressed(FileStream file)
    {
        Span<byte> start = stackalloc byte[3];
        return file.CanSeek && RandomAccess.Read(file.SafeFileHandle, start, 0) == start.Length && start is [0x1F, 0x8B, 0x08];
    }

    private bool TryCut(out CutBlock block, out bool isFirst)
    {
        (block, isFirst) = (default, _isFirst);
        if (!_knowsEncoding)
        {
            if (_cutter.Pending.Length < LongestMark && !_atEnd)
            {
                return false;
            }

            _cutter.Encoding = LogEncoding.OfMark(_cutter.Pending) ?? _cutter.Encoding;
            _knowsEncoding = true;
        }

        bool any = _cutter.Cut(_atEnd, out block);
        _isFirst &= !any;
        return any;
    }

    private void ReadMore()
    {
        try
        {
            Add(_atEnd ? 0 : _bytes.Read(_cutter.Room().Span));
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(exception);
        }
    }

    private async ValueTask ReadMoreAsync(CancellationToken cancelToken)
    {
        cancelToken.ThrowIfCancellationRequested();
        try
        {
            Add(_atEnd ? 0 : await _bytes.ReadAsync(_cutter.Room(), cancelToken));
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(exception);
        }
    }

    private void Add(int count)
    {
        _cutter.Add(count);
        _atEnd = count == 0;
    }

    private IOException Damaged(InvalidDataException exception) => new($"The compressed file '{_path}' is damaged: {exception.Message}", exception);
}
