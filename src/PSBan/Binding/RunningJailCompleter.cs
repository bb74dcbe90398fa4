using System.Globalization;
using System.Runtime.CompilerServices;
using PSBan.Control;
using PSBan.Model;

namespace PSBan.Binding;

/// <summary>Offers the jails of the running watch.</summary>
public sealed class RunningJailCompleter : BanCompleter
{
    private protected override async IAsyncEnumerable<Candidate> FindAsync(CompletionRequest request, [EnumeratorCancellation] CancellationToken cancelToken)
    {
        await using WatchClient client = await WatchClient.ConnectAsync(request.StatePath, cancelToken).ConfigureAwait(false);
        foreach (JailInfo jail in (await client.GetJailsAsync(cancelToken).ConfigureAwait(false)).OrderBy(jail => jail.Name, StringComparer.Ordinal))
        {
            yield return new Candidate(jail.Name, string.Create(
                CultureInfo.InvariantCulture, $"{jail.Name}: filter {jail.Filter}, {jail.CurrentlyBanned} banned, {jail.CurrentlyFailed} failing"));
        }
    }
}
