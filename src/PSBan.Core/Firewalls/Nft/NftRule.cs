using System.Text.Json;
using PSBan.Model;

namespace PSBan.Firewalls.Nft;

/// <summary>One rule of a chain, as far as it decides what becomes of a banned address.</summary>
/// <param name="Handle">Its handle.</param>
/// <param name="Set">The set that it looks the source up in; null where it does not.</param>
/// <param name="Source">The source that it is for, where that is one address or prefix; the empty value otherwise.</param>
/// <param name="IsLoopback">Whether it is for the loopback interface alone.</param>
/// <param name="Verdict">Its verdict (<c>drop</c>, <c>accept</c>, <c>jump</c>, …); null where it has none.</param>
internal sealed record NftRule(long Handle, string? Set, Address Source, bool IsLoopback, string? Verdict)
{
    private static readonly string[] s_verdicts = ["drop", "reject", "accept", "return", "jump", "goto", "queue", "vmap"];

    /// <summary>Whether it stops the packet.</summary>
    public bool IsStop => Verdict is "drop" or "reject";

    /// <summary>Whether it may take a packet out of the chain before a later rule sees it.</summary>
    /// <param name="address">Where the packet comes from.</param>
    public bool MayLetPass(Address address) =>
        Verdict is "accept" or "return" or "jump" or "goto" or "queue" or "vmap" && Set is null && !IsLoopback && (Source.IsDefault || Source.Contains(address));

    /// <summary>Reads a rule (libnftables-json(5)).</summary>
    /// <param name="value">The object of the rule.</param>
    public static NftRule Read(JsonElement value)
    {
        string? set = null, verdict = null;
        Address source = default;
        bool isLoopback = false;
        if (value.TryGetProperty("expr", out JsonElement statements) && statements.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonProperty statement in statements.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object).SelectMany(item => item.EnumerateObject()))
            {
                if (statement.Name != "match")
                {
                    verdict = s_verdicts.Contains(statement.Name) ? statement.Name : verdict;
                    continue;
                }

                string left = statement.Value.GetProperty("left").GetRawText();
                JsonElement right = statement.Value.GetProperty("right");
                bool isEqual = statement.Value.TryGetProperty("op", out JsonElement op) && op.GetString() == "==";
                string? text = right.ValueKind == JsonValueKind.String ? right.GetString() : null;
                if (left.Contains("saddr", StringComparison.Ordinal))
                {
                    set = isEqual && text is ['@', ..] ? text[1..] : set;
                    source = isEqual ? ToAddress(right, text) : source;
                }

                isLoopback |= isEqual && text == "lo" && left.Contains("iif", StringComparison.Ordinal);
            }
        }

        return new NftRule(value.TryGetProperty("handle", out JsonElement handle) ? handle.GetInt64() : 0, set, source, isLoopback, verdict);
    }

    private static Address ToAddress(JsonElement right, string? text)
    {
        if (right.ValueKind == JsonValueKind.Object && right.TryGetProperty("prefix", out JsonElement prefix))
        {
            text = $"{prefix.GetProperty("addr").GetString()}/{prefix.GetProperty("len").GetRawText()}";
        }

        return Address.TryParse(text, out Address address) ? address : default;
    }
}
