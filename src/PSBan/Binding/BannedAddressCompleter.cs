using System.Globalization;
using System.Runtime.CompilerServices;
using PSBan.Control;
using PSBan.Model;

namespace PSBan.Binding;

/// <summary>Offers what the running watch has banned.</summary>
public sealed class BannedAddressCompleter : BanCompleter
{
    private protected override async IAsyncEnumerable<Candidate> FindAsync(CompletionRequest request, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        // As they come: a watch may hold a hundred thousand, and somebody waits.
        await using WatchClient client = await WatchClient.ConnectAsync(request.StatePath, cancelToken).ConfigureAwait(false);
        await foreach (Ban ban in client.GetBansAsync(null, cancelToken).ConfigureAwait(false))
        {
            yield return new Candidate(ban.Id.ToString(), ban.Expires is { } expires
                ? string.Create(CultureInfo.InvariantCulture, $"{ban.Jail} until {expires.ToLocalTime():yyyy-MM-dd HH:mm:ss}")
                : $"{ban.Jail} for ever");
        }
    }
}
