using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PSBan.Control;
using PSBan.EndToEnd.Support;
using PSBan.Model;
using PSBan.Store;

namespace PSBan.EndToEnd.Control;

/// <summary>Clients of a watch, most of them badly behaved.</summary>
/// <param name="folder">The folder of the watch.</param>
internal sealed class WatchClients(string folder)
{
    private const int Oversize = 1 << 20;
    private int _answered;
    private int _refused;
    private int _broken;

    /// <summary>What has come of it so far.</summary>
    public HammerReport Report => new(_answered, _refused, _broken);

    /// <summary>Asks, shouts and hangs up, whatever chance says, until the time is over.</summary>
    public async Task HammerAsync(Random random, CancellationToken time)
    {
        while (!time.IsCancellationRequested)
        {
            switch (random.Next(4))
            {
                case 0:
                    await AskEverythingAsync(folder, CancellationToken.None);
                    Interlocked.Increment(ref _answered);
                    break;
                case 1:
                    byte[] oversized = new byte[Oversize];
                    Array.Fill(oversized, (byte)'x');
                    await RefuseAsync(oversized);
                    break;
                case 2:
                    byte[] garbage = new byte[random.Next(1, 4000)];
                    random.NextBytes(garbage);
                    await RefuseAsync([.. garbage, (byte)'\n']);
                    break;
                default:
                    await using (await SendHalfAsync())
                    {
                        await Task.Delay(random.Next(50), CancellationToken.None);
                    }

                    Interlocked.Increment(ref _broken);
                    break;
            }
        }
    }

    /// <summary>Asks for the events and never reads one.</summary>
    public async Task SubscribeAndSleepAsync(CancellationToken time)
    {
        await using NetworkStream stream = await ConnectAsync();
        await stream.WriteAsync("{\"version\":1,\"command\":\"Events\"}\n"u8.ToArray(), CancellationToken.None);
        await Task.Delay(Timeout.InfiniteTimeSpan, time).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Sends the beginning of a request, and leaves the connection open.</summary>
    public async Task<NetworkStream> SendHalfAsync()
    {
        NetworkStream stream = await ConnectAsync();
        await stream.WriteAsync("{\"version\":1,\"comm"u8.ToArray(), CancellationToken.None);
        return stream;
    }

    /// <summary>Asks whatever a well-behaved client may ask.</summary>
    public static async Task AskEverythingAsync(string folder, CancellationToken cancelToken)
    {
        await using WatchClient client = await WatchProcess.ConnectAsync(folder);
        await client.GetWatchAsync(cancelToken);
        await client.GetJailsAsync(cancelToken);
        var id = BanId.FromText(string.Create(CultureInfo.InvariantCulture, $"203.0.113.{Random.Shared.Next(256)}"));
        await client.AddBanAsync("byhand", id, Duration.FromSeconds(60), cancelToken);
        await foreach (Ban _ in client.GetBansAsync("byhand", cancelToken))
        {
        }

        await client.RemoveBanAsync("byhand", id, cancelToken);
        await foreach (BanHistoryEntry _ in client.GetHistoryAsync(new HistoryQuery { Jail = "login" }, cancelToken))
        {
        }

        ControlException e = await Assert.ThrowsAsync<ControlException>(() => client.AddBanAsync("nosuch", id, null, cancelToken));
        Assert.Equal(ControlErrorCode.JailNotFound, e.Code);
    }

    private Task<NetworkStream> ConnectAsync() => ConnectAsync(Path.Combine(WatchProcess.StateOf(folder), "control.sock"));

    private static async Task<NetworkStream> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Sends what is no request: an error has to come back, and then the end of the connection.</summary>
    private async Task RefuseAsync(byte[] bytes)
    {
        await using NetworkStream stream = await ConnectAsync();
        try
        {
            await stream.WriteAsync(bytes, CancellationToken.None);
        }
        catch (IOException)
        {
            // Refused before all of it was sent; the answer is there all the same.
        }

        string answer = await ReadToEndAsync(stream).WaitAsync(WatchProcess.Patience);
        JsonElement reply = JsonDocument.Parse(Assert.Single(answer.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement;

        // Chance writes {} now and then, which is a request of no version.
        Assert.Contains(reply.GetProperty("errorCode").GetString(), (string[])["BadRequest", "VersionMismatch"]);
        Assert.True(reply.GetProperty("end").GetBoolean());
        Interlocked.Increment(ref _refused);
    }

    private static async Task<string> ReadToEndAsync(NetworkStream stream)
    {
        var answer = new StringBuilder();
        byte[] buffer = new byte[4096];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // The other side closed with something of ours unread.
        }

        return answer.ToString();
    }
}
