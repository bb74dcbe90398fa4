using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace PSBan.Control;

/// <summary>Where a watch is reached: a Unix socket in its state directory, or on Windows a named pipe whose name is made from that directory.</summary>
internal static class ControlEndpoint
{
    /// <summary>The longest path of a Unix socket in bytes (sun_path of unix(7), less its final NUL).</summary>
    private const int MaxSocketPath = 107;

    /// <summary>The socket of a state directory.</summary>
    public static string SocketPath(string statePath) => Path.Combine(Path.GetFullPath(statePath), "control.sock");

    /// <summary>The pipe of a state directory.</summary>
    public static string PipeName(string statePath)
    {
        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(statePath)).ToUpperInvariant();
        return "psban-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..24];
    }

    /// <summary>Opens the listener of a state directory, for the owner (root) or for administrators alone.</summary>
    /// <exception cref="IOException">The path is too long for a socket, or cannot be bound.</exception>
    public static IControlListener Listen(string statePath) =>
        OperatingSystem.IsWindows() ? new PipeListener(PipeName(statePath)) : ListenSocket(SocketPath(statePath));

    /// <summary>Connects to the watch of a state directory.</summary>
    public static async Task<Stream> ConnectAsync(string statePath, CancellationToken cancelToken)
    {
        if (OperatingSystem.IsWindows())
        {
            var pipe = new NamedPipeClientStream(".", PipeName(statePath), PipeDirection.InOut, PipeOptions.Asynchronous);
            try
            {
                await pipe.ConnectAsync(TimeSpan.FromSeconds(2), cancelToken).ConfigureAwait(false);
                return pipe;
            }
            catch
            {
                await pipe.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        string path = SocketPath(statePath);
        CheckLength(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancelToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static SocketListener ListenSocket(string path)
    {
        CheckLength(path);

        // The lock of the state directory is held, so a socket that lies here belongs to a watch that was killed.
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));

            // Nobody can slip in between: the directory is the owner's alone, and nothing is accepted before Listen.
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(ControlProtocol.MaxWaiting);
            return new SocketListener(socket, path);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"The control socket {path} cannot be opened: {e.Message}", e);
        }
    }

    private static void CheckLength(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) > MaxSocketPath)
        {
            throw new IOException($"The path of the control socket, {path}, is longer than the {MaxSocketPath} bytes that a Unix socket can have; choose a state directory with a shorter path.");
        }
    }
}
