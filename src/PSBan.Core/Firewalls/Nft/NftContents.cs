using System.Text.Json;
using PSBan.Firewalls.Inspection;

namespace PSBan.Firewalls.Nft;

/// <summary>The tables of nftables by name; what iptables of the flavour nf_tables keeps there is told apart by its kernel-given names.</summary>
internal static class NftContents
{
    private static readonly string[] s_tables = ["-j", "list", "tables"];
    private static readonly string[] s_chains = ["-j", "list", "chains"];

    /// <summary>Reads the names.</summary>
    /// <param name="runner">Runs nft.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    /// <exception cref="FirewallException">They cannot be read.</exception>
    public static async Task<FirewallContents> ReadAsync(CommandRunner runner, CancellationToken cancelToken)
    {
        string[] tables = [.. (await ListAsync(runner, s_tables, "table", cancelToken).ConfigureAwait(false)).Select(table => $"{Text(table, "family")} {Text(table, "name")}")];
        List<JsonElement> chains = await ListAsync(runner, s_chains, "chain", cancelToken).ConfigureAwait(false);
        string[] foreign = [.. tables.Where(table => table != NftNames.Table)];
        string[] ours = [.. chains.Where(chain => $"{Text(chain, "family")} {Text(chain, "table")}" == NftNames.Table).Select(chain => $"chain {Text(chain, "name")}")];
        return new FirewallContents(
            tables.Contains(NftNames.Table) ? ["table " + NftNames.Table, .. ours] : [],
            [.. foreign.Select(table => "table " + table)],
            FirewallContents.Tell([.. foreign, .. chains.Select(chain => Text(chain, "name"))]));
    }

    private static async Task<List<JsonElement>> ListAsync(CommandRunner runner, string[] arguments, string kind, CancellationToken cancelToken)
    {
        CommandResult result = await runner.RunAsync("nft", arguments, null, cancelToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw CommandFailures.ToException(result, "list the tables");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(result.Output);
            return [.. document.RootElement.GetProperty("nftables").EnumerateArray().Where(item => item.TryGetProperty(kind, out _)).Select(item => item.GetProperty(kind).Clone())];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FirewallException(FirewallFailure.CommandFailed, $"nft printed a list that cannot be read: {exception.Message}", exception);
        }
    }

    private static string Text(JsonElement value, string property) => value.TryGetProperty(property, out JsonElement text) ? text.GetString() ?? "" : "";
}
