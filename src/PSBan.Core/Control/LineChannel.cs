using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PSBan.Control;

/// <summary>JSON objects, one a line, over a stream; lines beyond the limit are refused, not gathered.</summary>
internal sealed class LineChannel : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;
    private readonly int _maxLine;
    private readonly bool _keepsContext;

    /// <param name="stream">The stream, which is closed with this.</param>
    /// <param name="maxLine">The longest line that is taken, in bytes.</param>
    /// <param name="keepsContext">Whether the work is done in the context of the caller, such as a <see cref="ControlThread"/>.</param>
    public LineChannel(Stream stream, int maxLine, bool keepsContext = false)
    {
        (_stream, _maxLine, _keepsContext) = (stream, maxLine, keepsContext);
        _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        _writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    /// <summary>Reads the next line; null at the end of the stream.</summary>
    /// <param name="type">What the line holds.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <param name="patience">How long the end of a line may be waited for whose beginning has come; null for any time.</param>
    /// <exception cref="JsonException">The line is no such object, or too long.</exception>
    /// <exception cref="OperationCanceledException">The call was ended early, or the line did not end in time.</exception>
    public async Task<T?> ReadAsync<T>(JsonTypeInfo<T> type, CancellationToken cancelToken, TimeSpan? patience = null)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancelToken);
        while (true)
        {
            ReadResult result = await _reader.ReadAsync(limit.Token).ConfigureAwait(_keepsContext);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                ReadOnlySequence<byte> line = buffer.Slice(0, end);
                try
                {
                    return line.Length > _maxLine ? throw TooLong() : Parse(line, type);
                }
                finally
                {
                    _reader.AdvanceTo(buffer.GetPosition(1, end));
                }
            }

            bool tooLong = buffer.Length > _maxLine, isPart = !buffer.IsEmpty;
            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (tooLong)
            {
                throw TooLong();
            }

            if (result.IsCompleted)
            {
                return null;
            }

            if (patience is { } time && isPart)
            {
                // Once for a line, however slowly it comes.
                limit.CancelAfter(time);
                patience = null;
            }
        }
    }

    /// <summary>Writes one object as a line into the buffer; <see cref="FlushAsync"/> sends it.</summary>
    public void Write<T>(T value, JsonTypeInfo<T> type)
    {
        using var json = new Utf8JsonWriter(_writer);
        JsonSerializer.Serialize(json, value, type);
        json.Flush();
        _writer.GetSpan(1)[0] = (byte)'\n';
        _writer.Advance(1);
    }

    /// <summary>How many bytes wait to be sent.</summary>
    public long Unflushed => _writer.UnflushedBytes;

    /// <summary>Sends what was written.</summary>
    public async Task FlushAsync(CancellationToken cancelToken) => await _writer.FlushAsync(cancelToken).ConfigureAwait(_keepsContext);

    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync().ConfigureAwait(_keepsContext);
        await _stream.DisposeAsync().ConfigureAwait(_keepsContext);
    }

    private static T Parse<T>(in ReadOnlySequence<byte> line, JsonTypeInfo<T> type)
        where T : class
    {
        var json = new Utf8JsonReader(line);
        T value = JsonSerializer.Deserialize(ref json, type) ?? throw new JsonException("The line is null.");

        // Throws where something follows the object.
        json.Read();
        return value;
    }

    private JsonException TooLong() => new($"The line is longer than {_maxLine} bytes.");
}
