using System.Text.Json;
using System.Text.Json.Serialization;

namespace PSBan.Model;

/// <summary>Writes an address as its text; the empty value is null.</summary>
public sealed class AddressJsonConverter : JsonConverter<Address>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override Address Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.GetString();
        return text is null ? default : Address.TryParse(text, out Address address) ? address : throw new JsonException($"'{text}' is no address.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Address value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.IsDefault ? null : value.ToString());
    }
}

/// <summary>Writes an identifier as its text; the empty value is null.</summary>
public sealed class BanIdJsonConverter : JsonConverter<BanId>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override BanId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } text ? BanId.FromText(text) : default;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, BanId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.IsEmpty ? null : value.ToString());
    }
}

/// <summary>Writes a length of time as seconds; -1 is for ever.</summary>
public sealed class DurationJsonConverter : JsonConverter<Duration>
{
    /// <inheritdoc/>
    public override Duration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Duration.FromSeconds(reader.GetDouble());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Duration value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumberValue(value.IsPermanent ? -1 : value.TotalSeconds);
    }
}
