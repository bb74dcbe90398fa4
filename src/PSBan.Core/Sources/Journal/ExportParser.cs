using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace PSBan.Sources.Journal;

/// <summary>
/// Takes the Journal Export Format apart, byte by byte as it comes (systemd.io/JOURNAL_EXPORT_FORMATS): lines <c>FIELD=text</c>; <c>FIELD</c> alone, followed by
/// a length of eight bytes, that many bytes and a line end; an empty line behind each entry. Of long values no more is kept than the limit.
/// </summary>
internal sealed class ExportParser(int limit)
{
    private const int NameLimit = 128;
    private const int SmallLimit = 4096;

    private readonly JournalEntry _entry = new();
    private readonly byte[] _name = new byte[NameLimit];
    private readonly byte[] _small = new byte[SmallLimit];
    private readonly byte[] _length = new byte[sizeof(ulong)];
    private State _state;
    private Field _field;
    private int _nameLength;
    private int _valueLength;
    private ulong _left;
    private bool _isDone;

    private enum State
    {
        Name,
        Text,
        Length,
        Data,
        DataEnd,
    }

    private enum Field
    {
        Other,
        Cursor,
        Realtime,
        Monotonic,
        SourceRealtime,
        SourceMonotonic,
        HostName,
        Identifier,
        Command,
        SyslogProcess,
        Process,
        Message,
    }

    /// <summary>Reads on up to the end of an entry.</summary>
    /// <param name="input">The bytes; what was read is taken off.</param>
    /// <returns>The entry, good until this is called again; null where the bytes ended before it.</returns>
    public JournalEntry? Read(ref ReadOnlySpan<byte> input)
    {
        if (_isDone)
        {
            _entry.Clear();
            _isDone = false;
        }

        while (!input.IsEmpty)
        {
            if (Step(ref input))
            {
                _isDone = true;
                return _entry;
            }
        }

        return null;
    }

    private bool Step(ref ReadOnlySpan<byte> input)
    {
        switch (_state)
        {
            case State.Name:
                return StepName(ref input);
            case State.Text:
                int end = input.IndexOf((byte)'\n');
                Take(end < 0 ? input : input[..end]);
                input = end < 0 ? default : input[(end + 1)..];
                if (end >= 0)
                {
                    Finish();
                    _state = State.Name;
                }

                return false;
            case State.Length:
                _length[_length.Length - (int)_left--] = input[0];
                input = input[1..];
                if (_left == 0)
                {
                    _left = BinaryPrimitives.ReadUInt64LittleEndian(_length);
                    _state = _left == 0 ? State.DataEnd : State.Data;
                }

                return false;
            case State.Data:
                int count = (int)Math.Min(_left, (ulong)input.Length);
                Take(input[..count]);
                input = input[count..];
                _left -= (ulong)count;
                _state = _left == 0 ? State.DataEnd : State.Data;
                return false;
            default:
                input = input[1..];
                Finish();
                _state = State.Name;
                return false;
        }
    }

    private bool StepName(ref ReadOnlySpan<byte> input)
    {
        int end = input.IndexOfAny((byte)'=', (byte)'\n');
        ReadOnlySpan<byte> part = end < 0 ? input : input[..end];
        int kept = Math.Min(part.Length, NameLimit - _nameLength);
        part[..kept].CopyTo(_name.AsSpan(_nameLength));
        _nameLength += kept;
        if (end < 0)
        {
            input = default;
            return false;
        }

        bool isText = input[end] == '=';
        input = input[(end + 1)..];
        if (!isText && _nameLength == 0)
        {
            // Entries are told apart by empty lines; there may be several.
            return _entry.Cursor is not null;
        }

        _field = Find(_name.AsSpan(0, _nameLength));
        (_nameLength, _valueLength) = (0, 0);
        if (_field == Field.Message && _entry.Messages++ > 0)
        {
            Take(" "u8);
        }

        _state = isText ? State.Text : State.Length;
        _left = isText ? 0 : (ulong)_length.Length;
        return false;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (_field == Field.Message)
        {
            int room = limit - _entry.Message.WrittenCount;
            _entry.WasCut |= bytes.Length > room;
            ReadOnlySpan<byte> kept = bytes[..Math.Min(bytes.Length, room)];
            kept.CopyTo(_entry.Message.GetSpan(Math.Max(1, kept.Length)));
            _entry.Message.Advance(kept.Length);
        }
        else if (_field != Field.Other)
        {
            int kept = Math.Min(bytes.Length, SmallLimit - _valueLength);
            _entry.WasCut |= kept < bytes.Length;
            bytes[..kept].CopyTo(_small.AsSpan(_valueLength));
            _valueLength += kept;
        }
    }

    private void Finish()
    {
        ReadOnlySpan<byte> value = _small.AsSpan(0, _valueLength);
        switch (_field)
        {
            case Field.Cursor:
                _entry.Cursor = Encoding.UTF8.GetString(value);
                break;
            case Field.Realtime:
                _entry.Realtime = Number(value) ?? 0;
                break;
            case Field.Monotonic:
                _entry.Monotonic = Number(value) ?? 0;
                break;
            case Field.SourceRealtime:
                _entry.SourceRealtime = Number(value) ?? 0;
                break;
            case Field.SourceMonotonic:
                _entry.SourceMonotonic = Number(value);
                break;
            case Field.HostName:
                _entry.HostName ??= NotEmpty(value);
                break;
            case Field.Identifier:
                _entry.Identifier ??= NotEmpty(value);
                break;
            case Field.Command:
                _entry.Command ??= NotEmpty(value);
                break;
            case Field.SyslogProcess:
                _entry.SyslogProcess ??= NotEmpty(value);
                break;
            case Field.Process:
                _entry.Process ??= NotEmpty(value);
                break;
            default:
                break;
        }
    }

    private static byte[]? NotEmpty(ReadOnlySpan<byte> value) => value.IsEmpty ? null : value.ToArray();

    private static long? Number(ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out long number, out int read) && read == value.Length && number >= 0 ? number : null;

    private static Field Find(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("MESSAGE"u8) ? Field.Message
        : name.SequenceEqual("__CURSOR"u8) ? Field.Cursor
        : name.SequenceEqual("__REALTIME_TIMESTAMP"u8) ? Field.Realtime
        : name.SequenceEqual("__MONOTONIC_TIMESTAMP"u8) ? Field.Monotonic
        : name.SequenceEqual("_HOSTNAME"u8) ? Field.HostName
        : name.SequenceEqual("SYSLOG_IDENTIFIER"u8) ? Field.Identifier
        : name.SequenceEqual("_COMM"u8) ? Field.Command
        : name.SequenceEqual("SYSLOG_PID"u8) ? Field.SyslogProcess
        : name.SequenceEqual("_PID"u8) ? Field.Process
        : name.SequenceEqual("_SOURCE_REALTIME_TIMESTAMP"u8) ? Field.SourceRealtime
        : name.SequenceEqual("_SOURCE_MONOTONIC_TIMESTAMP"u8) ? Field.SourceMonotonic
        : Field.Other;
}
