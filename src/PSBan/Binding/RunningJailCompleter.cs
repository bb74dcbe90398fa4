using System.Globalization;
using PSBan.Control;

namespace PSBan.Binding;

/// <summary>Offers the jails of the running watch.</summary>
public sealed class RunningJailCompleter : BanCompleter
{
    private protected override async Task<IReadOnlyList<Candidate>> FindAsync(CompletionRequest request, CancellationToken cancelToken)
    {
        await using WatchClient client = await WatchClient.ConnectAsync(request.StatePath, cancelToken).ConfigureAwait(false);
        return [.. from jail in await client.GetJailsAsync(cancelToken).ConfigureAwait(false)
                   orderby jail.Name
                   select new Candidate(jail.Name, string.Create(
                       CultureInfo.InvariantCulture, $"{jail.Name}: filter {jail.Filter}, {jail.CurrentlyBanned} banned, {jail.CurrentlyFailed} failing"))];
    }
}
