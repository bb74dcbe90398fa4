using System.Net;
using System.Net.Sockets;
using PSBan.Model;

namespace PSBan.Firewalls.Command;

/// <summary>The names of hosts that a command asks for.</summary>
/// <param name="FullName">This host's full name (<c>fq-hostname</c>).</param>
/// <param name="ShortName">This host's name (<c>sh-hostname</c>).</param>
/// <param name="Peer">The name of the banned address (<c>ip-host</c>); null where it has none.</param>
internal sealed record CommandHosts(string FullName, string ShortName, string? Peer)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>No names.</summary>
    public static CommandHosts None { get; } = new("", "", null);

    /// <summary>Looks up those names that a command asks for, and no others.</summary>
    /// <param name="command">The command.</param>
    /// <param name="address">The banned address; null where there is none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancelToken">Ends the call early.</param>
    public static async Task<CommandHosts> ForAsync(string command, Address? address, TimeProvider time, CancellationToken cancelToken)
    {
        bool wantsFull = command.Contains("<fq-hostname>", StringComparison.Ordinal);
        bool wantsShort = command.Contains("<sh-hostname>", StringComparison.Ordinal);
        bool wantsPeer = address is { IsHost: true } && command.Contains("<ip-host>", StringComparison.Ordinal);
        if (!wantsFull && !wantsShort && !wantsPeer)
        {
            return None;
        }

        string name = Dns.GetHostName();
        string full = wantsFull ? await FullNameAsync(name, time, cancelToken).ConfigureAwait(false) : "";
        return new CommandHosts(full, name.Split('.')[0], wantsPeer ? await PeerAsync(address!.Value.ToIPAddress(), time, cancelToken).ConfigureAwait(false) : null);
    }

    private static async Task<string> FullNameAsync(string name, TimeProvider time, CancellationToken cancelToken) =>
        name.Contains('.', StringComparison.Ordinal) ? name
        : await AskAsync(() => Dns.GetHostEntryAsync(name), time, cancelToken).ConfigureAwait(false) is { } full && full.Contains('.', StringComparison.Ordinal) ? full
        : name;

    private static async Task<string?> PeerAsync(IPAddress address, TimeProvider time, CancellationToken cancelToken) =>
        await AskAsync(() => Dns.GetHostEntryAsync(address), time, cancelToken).ConfigureAwait(false) is { } name && name != address.ToString() ? name : null;

    private static async Task<string?> AskAsync(Func<Task<IPHostEntry>> ask, TimeProvider time, CancellationToken cancelToken)
    {
        try
        {
            // The system's resolver does not heed a token; what it finds later is of no use.
            return (await Task.Run(ask, cancelToken).WaitAsync(s_patience, time, cancelToken).ConfigureAwait(false)).HostName;
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException or ArgumentException)
        {
            return null;
        }
    }
}
