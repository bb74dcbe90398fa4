using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace PSBan.Control;

/// <summary>Waits for clients of the control endpoint.</summary>
internal interface IControlListener : IDisposable
{
    /// <summary>Waits for the next client and hands out its connection, which the caller disposes.</summary>
    Task<Stream> AcceptAsync(CancellationToken cancelToken);
}

/// <summary>Listens on a Unix socket and removes it in the end.</summary>
internal sealed class SocketListener(Socket socket, string path) : IControlListener
{
    public async Task<Stream> AcceptAsync(CancellationToken cancelToken) =>
        new NetworkStream(await socket.AcceptAsync(cancelToken).ConfigureAwait(false), ownsSocket: true);

    public void Dispose()
    {
        socket.Dispose();
        File.Delete(path);
    }
}

/// <summary>Listens on a named pipe that admits administrators and the system alone.</summary>
[SupportedOSPlatform("windows")]
internal sealed class PipeListener(string name) : IControlListener
{
    private NamedPipeServerStream? _next = Create(name, first: true);

    public async Task<Stream> AcceptAsync(CancellationToken cancelToken)
    {
        NamedPipeServerStream pipe = _next ?? Create(name, first: false);
        _next = null;
        try
        {
            await pipe.WaitForConnectionAsync(cancelToken).ConfigureAwait(false);

            // The next instance stands ready before this one is served, so that no client finds the name gone.
            _next = Create(name, first: false);
            return pipe;
        }
        catch
        {
            await pipe.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose() => _next?.Dispose();

    private static NamedPipeServerStream Create(string name, bool first)
    {
        var security = new PipeSecurity();
        foreach (WellKnownSidType who in new[] { WellKnownSidType.BuiltinAdministratorsSid, WellKnownSidType.LocalSystemSid })
        {
            security.AddAccessRule(new PipeAccessRule(new SecurityIdentifier(who, null), PipeAccessRights.FullControl, AccessControlType.Allow));
        }

        // The first instance claims the name: it fails where somebody else already listens under it.
        PipeOptions options = PipeOptions.Asynchronous | (first ? PipeOptions.FirstPipeInstance : PipeOptions.None);
        return NamedPipeServerStreamAcl.Create(
            name, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte, options, 0, 0, security);
    }
}
