using System.Text.Json;
using PSBan.Model;

namespace PSBan.Firewalls.Nft;

/// <summary>A chain that stands.</summary>
/// <param name="Hook">Its hook; null where it has none.</param>
/// <param name="Priority">Its priority.</param>
internal sealed record NftChain(string? Hook, int Priority)
{
    /// <summary>Its rules, in order.</summary>
    public List<NftRule> Rules { get; } = [];
}

/// <summary>An element that stands in a set.</summary>
/// <param name="Address">The host, or the lowest address of the prefix.</param>
/// <param name="Remaining">How long the kernel will keep it.</param>
internal readonly record struct NftElement(Address Address, Duration Remaining);

/// <summary>What stands in PSBan's table, read from <c>nft -j list table</c> (libnftables-json(5)).</summary>
internal sealed class NftListing
{
    /// <summary>A table that is not there.</summary>
    public static NftListing Nothing { get; } = new();

    /// <summary>The chains by name.</summary>
    public Dictionary<string, NftChain> Chains { get; } = new(StringComparer.Ordinal);

    /// <summary>The sets by name.</summary>
    public Dictionary<string, List<NftElement>> Sets { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether there is something of another kind (a map, a counter) that somebody else put there.</summary>
    public bool HasOthers { get; private set; }

    /// <summary>Reads the JSON.</summary>
    /// <param name="json">What nft printed.</param>
    /// <exception cref="FirewallException">It is not what nft prints.</exception>
    public static NftListing Parse(ReadOnlyMemory<byte> json)
    {
        NftListing listing = new();
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            foreach (JsonProperty entry in document.RootElement.GetProperty("nftables").EnumerateArray().SelectMany(item => item.EnumerateObject()))
            {
                listing.Read(entry.Name, entry.Value);
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FirewallException(FirewallFailure.CommandFailed, $"nft printed a list that cannot be read: {exception.Message}", exception);
        }

        return listing;
    }

    /// <summary>The chains of a rule.</summary>
    /// <param name="id">The rule's part of their names.</param>
    public IEnumerable<string> ChainsOf(string id) => Chains.Keys.Where(name => NftNames.ParseChain(name) == id);

    private void Read(string kind, JsonElement value)
    {
        switch (kind)
        {
            case "metainfo" or "table":
                break;
            case "chain":
                string? hook = value.TryGetProperty("hook", out JsonElement named) ? named.GetString() : null;
                Chains[Name(value)] = new NftChain(hook, value.TryGetProperty("prio", out JsonElement priority) ? priority.GetInt32() : 0);
                break;
            case "rule":
                // A chain stands before its rules.
                Chains[value.GetProperty("chain").GetString() ?? ""].Rules.Add(NftRule.Read(value));
                break;
            case "set":
                Sets[Name(value)] = value.TryGetProperty("elem", out JsonElement elements) ? ReadElements(elements) : [];
                break;
            default:
                HasOthers = true;
                break;
        }
    }

    private static List<NftElement> ReadElements(JsonElement elements)
    {
        List<NftElement> found = new(elements.GetArrayLength());
        foreach (JsonElement element in elements.EnumerateArray())
        {
            // A permanent element is the bare address; one with a time is an object.
            JsonElement value = element, details = default;
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("elem", out details))
            {
                value = details.GetProperty("val");
            }

            if (value.ValueKind == JsonValueKind.String && Address.TryParse(value.GetString(), out Address address))
            {
                bool ends = details.ValueKind == JsonValueKind.Object && details.TryGetProperty("expires", out _);
                found.Add(new NftElement(address, ends ? Duration.FromSeconds(details.GetProperty("expires").GetDouble()) : Duration.Permanent));
            }
        }

        return found;
    }

    private static string Name(JsonElement value) => value.GetProperty("name").GetString() ?? "";
}
