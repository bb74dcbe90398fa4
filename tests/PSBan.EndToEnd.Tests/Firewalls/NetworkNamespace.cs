using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PSBan.Firewalls;
using PSBan.Firewalls.Nft;

namespace PSBan.EndToEnd.Firewalls;

/// <summary>A network namespace of the test's own; it goes with the test.</summary>
public sealed partial class NetworkNamespace : IAsyncDisposable
{
    private const int CloneNewNet = 0x40000000;
    private static readonly CommandRunner s_host = new();

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    /// <summary>Runs tools inside.</summary>
    internal CommandRunner Runner => new() { Prefix = ["ip", "netns", "exec", Name], Folders = Folders };

    /// <summary>Folders in which tools are looked for first, such as that of <see cref="IptablesFlavour"/>.</summary>
    public IReadOnlyList<string> Folders { get; set; } = [];

    public static async Task<NetworkNamespace> CreateAsync()
    {
        NetworkNamespace made = new("psban-t-" + Guid.NewGuid().ToString("N")[..12]);
        await HostAsync("netns", "add", made.Name);
        await HostAsync("-n", made.Name, "link", "set", "lo", "up");
        return made;
    }

    /// <summary>Joins two namespaces by a cable; the first gets 192.0.2.1 and 2001:db8::1, the second what is listed.</summary>
    public static async Task JoinAsync(NetworkNamespace server, NetworkNamespace client, params string[] clientAddresses)
    {
        // Addresses of IPv6 are usable at once without duplicate detection, which the kernel must be told for each.
        await HostAsync("link", "add", "veth0", "netns", server.Name, "type", "veth", "peer", "name", "veth0", "netns", client.Name);
        foreach ((NetworkNamespace owner, string[] addresses) in new[] { (server, new[] { "192.0.2.1/24", "2001:db8::1/32" }), (client, clientAddresses) })
        {
            foreach (string address in addresses)
            {
                await HostAsync(["-n", owner.Name, "addr", "add", address, "dev", "veth0", .. address.Contains(':') ? ["nodad"] : Array.Empty<string>()]);
            }

            await HostAsync("-n", owner.Name, "link", "set", "veth0", "up");
        }
    }

    /// <summary>Listens inside; connections wait in the backlog.</summary>
    public Socket Listen(int port)
    {
        Socket socket = Inside(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true });
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        socket.Listen(64);
        return socket;
    }

    /// <summary>Connects from an address inside.</summary>
    /// <returns>What came of it; <see cref="SocketError.TimedOut"/> where nothing came within the time.</returns>
    public async Task<SocketError> ConnectAsync(string from, string to, int port, TimeSpan? limit = null)
    {
        IPAddress source = IPAddress.Parse(from);
        using Socket socket = Inside(() => new Socket(source.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        socket.Bind(new IPEndPoint(source, 0));
        using CancellationTokenSource ending = new(limit ?? TimeSpan.FromSeconds(20));
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(to), port, ending.Token);
            return SocketError.Success;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
        catch (OperationCanceledException)
        {
            return SocketError.TimedOut;
        }
    }

    /// <summary>Sends an echo request (RFC 792, RFC 4443) from an address inside.</summary>
    /// <returns>Whether the reply came within the time.</returns>
    public async Task<bool> EchoAsync(string from, string to, TimeSpan limit)
    {
        IPAddress source = IPAddress.Parse(from);
        bool isIPv6 = source.AddressFamily == AddressFamily.InterNetworkV6;
        using Socket socket = Inside(() => new Socket(source.AddressFamily, SocketType.Raw, isIPv6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp));
        socket.Bind(new IPEndPoint(source, 0));

        // Type, code, checksum (the kernel's affair in IPv6), identifier, sequence number.
        byte[] request = isIPv6 ? [128, 0, 0, 0, 0x50, 0x42, 0, 1] : [8, 0, 0xA7, 0xBC, 0x50, 0x42, 0, 1];
        await socket.SendToAsync(request, new IPEndPoint(IPAddress.Parse(to), 0));
        using CancellationTokenSource ending = new(limit);
        byte[] answer = new byte[1500];
        try
        {
            while (true)
            {
                int length = await socket.ReceiveAsync(answer, ending.Token);
                ReadOnlySpan<byte> packet = answer.AsSpan(isIPv6 ? 0 : (answer[0] & 15) * 4, isIPv6 ? length : length - ((answer[0] & 15) * 4));
                if (packet.Length >= 8 && packet[0] == (isIPv6 ? 129 : 0) && packet[4] == 0x50)
                {
                    return true;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Runs a tool inside and expects it to end well.</summary>
    public async Task<string> RunAsync(string tool, params string[] arguments) => await RunWithInputAsync(tool, null, arguments);

    public async Task<string> RunWithInputAsync(string tool, string? input, params string[] arguments)
    {
        CommandResult result = await Runner.RunAsync(tool, arguments, input, CancellationToken.None);
        Assert.True(result.Succeeded, $"{tool} {string.Join(' ', arguments)}: {result.Error}");
        return result.Text;
    }

    public async ValueTask DisposeAsync() => await HostAsync("netns", "del", Name);

    public static async Task HostAsync(params string[] arguments)
    {
        CommandResult result = await s_host.RunAsync("ip", arguments, null, CancellationToken.None);
        Assert.True(result.Succeeded, $"ip {string.Join(' ', arguments)}: {result.Error}");
    }

    /// <summary>The generation of the ruleset inside.</summary>
    public uint? ReadGeneration() => Inside(NftGeneration.Read);

    // A socket belongs to the namespace of the thread that makes it.
    private T Inside<T>(Func<T> make)
    {
        T made = default!;
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle("/var/run/netns/" + Name);
                if (SetNamespace(handle, CloneNewNet) != 0)
                {
                    throw new InvalidOperationException($"setns: errno {Marshal.GetLastPInvokeError()}");
                }

                made = make();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made : throw failure;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(Microsoft.Win32.SafeHandles.SafeFileHandle handle, int kind);
}
