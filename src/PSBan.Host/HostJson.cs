using System.Text.Json.Serialization;
using PSBan.Model;
using PSBan.Scan;

namespace PSBan.Host;

/// <summary>The JSON that the program prints: camel case, one line an object.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(BanEvent))]
[JsonSerializable(typeof(FilterReport))]
[JsonSerializable(typeof(IReadOnlyList<Problem>))]
internal sealed partial class HostJson : JsonSerializerContext;
