using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using PSBan.Model;

namespace PSBan.Sqlite;

/// <summary>How the engine's words are written in the database.</summary>
internal static class Codec
{
    // Marks an identifier that plain text would not give back as it was.
    private const string Marker = "utf16:";

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An identifier as text: an address as people write it; text as it is, or coded where it looks like an address or is no plain text.</summary>
    public static string Write(BanId id)
    {
        string text = id.ToString();
        return id.IsAddress || IsPlain(text) ? text : Marker + Convert.ToHexStringLower(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    public static BanId ReadId(string text) =>
        text.StartsWith(Marker, StringComparison.Ordinal)
            ? BanId.Opaque(new string(MemoryMarshal.Cast<byte, char>(Convert.FromHexString(text.AsSpan(Marker.Length)))))
            : BanId.FromText(text);

    public static long Write(DateTimeOffset time) => time.UtcTicks;

    public static DateTimeOffset ReadTime(long ticks) => new(ticks, TimeSpan.Zero);

    public static double Write(Duration duration) => duration.IsPermanent ? -1 : duration.TotalSeconds;

    public static Duration ReadDuration(double seconds) => Duration.FromSeconds(seconds);

    /// <summary>When a ban ends; the highest number for never.</summary>
    public static long WriteEnd(Ban ban)
    {
        TimeSpan length = ban.Duration.ToTimeSpan();
        return ban.Duration.IsPermanent || length.Ticks >= DateTimeOffset.MaxValue.UtcTicks - ban.Time.UtcTicks ? long.MaxValue : ban.Time.UtcTicks + length.Ticks;
    }

    public static byte[] Write(IReadOnlyList<DateTimeOffset> times)
    {
        byte[] bytes = new byte[times.Count * sizeof(long)];
        for (int i = 0; i < times.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), times[i].UtcTicks);
        }

        return bytes;
    }

    public static DateTimeOffset[] ReadTimes(ReadOnlySpan<byte> bytes)
    {
        var times = new DateTimeOffset[bytes.Length / sizeof(long)];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = ReadTime(BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * sizeof(long))..]));
        }

        return times;
    }

    /// <summary>Lines as a JSON array, since they may hold whatever a stranger wrote; null for none.</summary>
    public static string? Write(IEnumerable<string> lines)
    {
        string[] all = [.. lines];
        return all.Length == 0 ? null : JsonSerializer.Serialize(all, s_json);
    }

    public static IReadOnlyList<string> ReadLines(ReadOnlySpan<byte> text) => text.IsEmpty ? [] : ReadStrings(text, JsonTokenType.StartArray);

    public static string? Write(IReadOnlyDictionary<string, string> data) => data.Count == 0 ? null : JsonSerializer.Serialize(data, s_json);

    public static IReadOnlyDictionary<string, string> ReadData(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return ImmutableDictionary<string, string>.Empty;
        }

        List<string> strings = ReadStrings(text, JsonTokenType.StartObject);
        Dictionary<string, string> data = new(strings.Count / 2, StringComparer.Ordinal);
        for (int i = 0; i < strings.Count; i += 2)
        {
            data[strings[i]] = strings[i + 1];
        }

        return data;
    }

    public static string? Write(FilterMemory? memory) => memory is null ? null : JsonSerializer.Serialize(memory, s_json);

    public static FilterMemory? ReadMemory(ReadOnlySpan<byte> text) => text.IsEmpty ? null : JsonSerializer.Deserialize<FilterMemory>(text);

    public static string Write(Failure failure) => JsonSerializer.Serialize(failure, s_json);

    public static Failure ReadFailure(ReadOnlySpan<byte> text) => JsonSerializer.Deserialize<Failure>(text) ?? throw new JsonException("A column holds no failure.");

    public static BanEnd? ReadEnd(string? how) => Enum.TryParse(how, ignoreCase: true, out BanEnd end) ? end : null;

    /// <summary>The strings of a flat array, or names and values of a flat object; a start reads very many of them.</summary>
    private static List<string> ReadStrings(ReadOnlySpan<byte> text, JsonTokenType start)
    {
        List<string> strings = [];
        Utf8JsonReader reader = new(text);
        if (!reader.Read() || reader.TokenType != start)
        {
            throw new JsonException("A column holds neither lines nor data.");
        }

        while (reader.Read() && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
        {
            strings.Add(reader.GetString()!);
        }

        return reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject ? strings : throw new JsonException("A column holds more than strings.");
    }

    private static bool IsPlain(string text)
    {
        if (Address.TryParse(text, out _) || text.StartsWith(Marker, StringComparison.Ordinal))
        {
            return false;
        }

        // A NUL ends the text for SQLite, and half of a surrogate pair has no UTF-8.
        return !text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff');
    }
}
