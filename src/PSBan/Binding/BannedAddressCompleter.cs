using System.Globalization;
using PSBan.Control;
using PSBan.Model;

namespace PSBan.Binding;

/// <summary>Offers what the running watch has banned.</summary>
public sealed class BannedAddressCompleter : BanCompleter
{
    /// <summary>A menu of more helps nobody, and a watch may hold a hundred thousand.</summary>
    private const int MaxCandidates = 1_000;

    private protected override async Task<IReadOnlyList<Candidate>> FindAsync(CompletionRequest request, CancellationToken cancelToken)
    {
        await using WatchClient client = await WatchClient.ConnectAsync(request.StatePath, cancelToken).ConfigureAwait(false);
        SortedDictionary<BanId, List<Ban>> bans = [];
        await foreach (Ban ban in client.GetBansAsync(null, cancelToken).ConfigureAwait(false))
        {
            if (!bans.TryGetValue(ban.Id, out List<Ban>? same))
            {
                bans.Add(ban.Id, same = []);
            }

            same.Add(ban);
            if (bans.Count == MaxCandidates)
            {
                break;
            }
        }

        return [.. bans.Select(pair => new Candidate(pair.Key.ToString(), string.Join("; ", pair.Value.Select(Describe))))];
    }

    private static string Describe(Ban ban) => ban.Expires is { } expires
        ? string.Create(CultureInfo.InvariantCulture, $"{ban.Jail} until {expires.ToLocalTime():yyyy-MM-dd HH:mm:ss}")
        : $"{ban.Jail} for ever";
}
