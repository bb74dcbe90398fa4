using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace PSBan.Sources.EventLog;

/// <summary>The event log through wevtapi.dll: pull subscriptions and queries (Windows Event Log API of the Windows SDK, winevt.h).</summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsEventLog : IEventLog
{
    private const int BatchSize = 64;

    // EVT_QUERY_FLAGS, EVT_SUBSCRIBE_FLAGS, EVT_RENDER_FLAGS
    private const int QueryChannelPath = 0x1;
    private const int QueryFilePath = 0x2;
    private const int QueryForwardDirection = 0x100;
    private const int SubscribeToFutureEvents = 1;
    private const int SubscribeStartAtOldestRecord = 2;
    private const int SubscribeStartAfterBookmark = 3;
    private const int SubscribeStrict = 0x10000;
    private const int RenderEventXml = 1;

    // winerror.h
    private const int AccessDenied = 5;
    private const int InsufficientBuffer = 122;
    private const int NoMoreItems = 259;
    private const int NotFound = 1168;
    private const int InvalidQuery = 15001;
    private const int ChannelNotFound = 15007;
    private const int QueryResultStale = 15011;
    private const int Timeout = 1460;

    /// <inheritdoc/>
    public IEventCursor Open(EventRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.Follow)
        {
            EventHandleSafe result = EvtQuery(0, null, request.Query, (request.IsFile ? QueryFilePath : QueryChannelPath) | QueryForwardDirection);
            return result.IsInvalid ? throw Failed(result, Marshal.GetLastPInvokeError()) : new Cursor(result, null);
        }

        var signal = new ManualResetEvent(true);
        try
        {
            using EventHandleSafe? bookmark = request.Bookmark is { } xml ? EvtCreateBookmark(xml) : null;
            if (bookmark is { IsInvalid: true })
            {
                throw new EventPlaceGoneException("The stored place is not one of this event log.");
            }

            int start = bookmark is not null ? SubscribeStartAfterBookmark | SubscribeStrict : request.OnlyNew ? SubscribeToFutureEvents : SubscribeStartAtOldestRecord;
            EventHandleSafe subscription = EvtSubscribe(0, signal.SafeWaitHandle, null, request.Query, bookmark?.DangerousGetHandle() ?? 0, 0, 0, start);
            return subscription.IsInvalid ? throw Failed(subscription, Marshal.GetLastPInvokeError()) : new Cursor(subscription, signal);
        }
        catch
        {
            signal.Dispose();
            throw;
        }
    }

    private static Exception Failed(EventHandleSafe? handle, int error)
    {
        handle?.Dispose();
        string reason = new Win32Exception(error).Message;
        return error switch
        {
            AccessDenied => new UnauthorizedAccessException("The event log may not be read; run as administrator, or be a member of the group Event Log Readers."),
            QueryResultStale or NotFound => new EventPlaceGoneException($"Events have left the log before they were read. ({reason})"),
            ChannelNotFound => new IOException($"There is no such channel in the event log. ({reason})"),
            InvalidQuery => new IOException($"The query of the event log is malformed. ({reason})"),
            _ => new IOException($"The event log cannot be read: {reason} (error {error})."),
        };
    }

    [LibraryImport("wevtapi.dll", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial EventHandleSafe EvtQuery(nint session, string? path, string query, int flags);

    [LibraryImport("wevtapi.dll", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial EventHandleSafe EvtSubscribe(nint session, SafeWaitHandle signal, string? channel, string query, nint bookmark, nint context, nint callback, int flags);

    [LibraryImport("wevtapi.dll", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial EventHandleSafe EvtCreateBookmark(string xml);

    [LibraryImport("wevtapi.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool EvtNext(EventHandleSafe result, int size, [Out] nint[] events, int timeout, int flags, out int returned);

    [LibraryImport("wevtapi.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool EvtRender(nint context, nint fragment, int flags, int bufferSize, nint buffer, out int used, out int properties);

    [LibraryImport("wevtapi.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool EvtClose(nint handle);

    /// <summary>A handle of the event log.</summary>
    internal sealed class EventHandleSafe() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle() => EvtClose(handle);
    }

    private sealed class Cursor(EventHandleSafe result, ManualResetEvent? signal) : IEventCursor
    {
        private readonly nint[] _events = new nint[BatchSize];
        private char[] _buffer = new char[16 * 1024];

        public IReadOnlyList<string> Next()
        {
            // To be reset before asking: what arrives in between sets it again.
            signal?.Reset();
            if (!EvtNext(result, BatchSize, _events, signal is null ? -1 : 0, 0, out int count))
            {
                int error = Marshal.GetLastPInvokeError();
                return error is NoMoreItems or Timeout ? [] : throw Failed(null, error);
            }

            var texts = new string[count];
            try
            {
                for (int i = 0; i < count; i++)
                {
                    texts[i] = Render(_events[i]);
                }
            }
            finally
            {
                for (int i = 0; i < count; i++)
                {
                    EvtClose(_events[i]);
                }
            }

            return texts;
        }

        public async Task WaitAsync(CancellationToken cancelToken)
        {
            if (signal is null)
            {
                return;
            }

            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            RegisteredWaitHandle wait = ThreadPool.RegisterWaitForSingleObject(signal, (_, _) => done.TrySetResult(), null, System.Threading.Timeout.Infinite, executeOnlyOnce: true);
            try
            {
                await done.Task.WaitAsync(cancelToken).ConfigureAwait(false);
            }
            finally
            {
                wait.Unregister(null);
            }
        }

        public void Dispose()
        {
            result.Dispose();
            signal?.Dispose();
        }

        private unsafe string Render(nint item)
        {
            while (true)
            {
                int used;
                fixed (char* buffer = _buffer)
                {
                    if (EvtRender(0, item, RenderEventXml, _buffer.Length * sizeof(char), (nint)buffer, out used, out _))
                    {
                        return new string(buffer, 0, Math.Max(0, (used / sizeof(char)) - 1));
                    }
                }

                int error = Marshal.GetLastPInvokeError();
                if (error != InsufficientBuffer)
                {
                    throw Failed(null, error);
                }

                _buffer = new char[(used / sizeof(char)) + 1];
            }
        }
    }
}
