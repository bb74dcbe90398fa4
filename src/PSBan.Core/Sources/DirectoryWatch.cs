namespace PSBan.Sources;

/// <summary>
/// Tells of changes in a directory as the system reports them. Everybody who watches the same directory shares one watcher of the system, since
/// there are few of those (128 a user on Linux, as delivered) and each has a thread.
/// </summary>
/// <remarks>It is a hint and no more: network file systems report nothing, and a burst may be lost. Who relies on it looks for himself now and then.</remarks>
internal sealed class DirectoryWatch : IDisposable
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<(string Path, ulong Device, ulong Node), Shared> s_shared = [];

    private readonly Shared _shared;
    private readonly Action<string?, bool> _changed;
    private bool _isDisposed;

    private DirectoryWatch(Shared shared, Action<string?, bool> changed)
    {
        _shared = shared;
        _changed = changed;
    }

    /// <summary>Begins to watch a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="status">Its identity, so that a new one in its place is not taken for it.</param>
    /// <param name="changed">
    /// Is told the name that changed (null where many may have) and whether it came, went or was renamed. Called on any thread; must be quick.
    /// </param>
    /// <exception cref="IOException">The system has no watcher left.</exception>
    /// <exception cref="ArgumentException">There is no such directory.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be watched.</exception>
    public static DirectoryWatch Begin(string directory, FileStatus status, Action<string?, bool> changed)
    {
        lock (s_lock)
        {
            (string, ulong, ulong) key = (directory, status.Device, status.Node);
            if (!s_shared.TryGetValue(key, out Shared? shared))
            {
                shared = new Shared(directory, () => s_shared.Remove(key));
                s_shared.Add(key, shared);
            }

            DirectoryWatch watch = new(shared, changed);
            shared.Watches = [.. shared.Watches, watch];
            return watch;
        }
    }

    /// <summary>How many watchers of the system there are for a directory; for tests.</summary>
    internal static int CountOf(string directory)
    {
        lock (s_lock)
        {
            return s_shared.Keys.Count(key => key.Path == directory);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (s_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _shared.Watches = [.. _shared.Watches.Where(watch => watch != this)];
            if (_shared.Watches.Length == 0)
            {
                _shared.Dispose();
            }
        }
    }

    private sealed class Shared : IDisposable
    {
        private readonly FileSystemWatcher _watcher;
        private readonly Action _closed;

        public Shared(string directory, Action closed)
        {
            _closed = closed;
            _watcher = new FileSystemWatcher(directory)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
                InternalBufferSize = 64 << 10,
            };
            _watcher.Changed += (_, change) => Tell(change.Name, false);
            _watcher.Created += (_, change) => Tell(change.Name, true);
            _watcher.Deleted += (_, change) => Tell(change.Name, true);
            _watcher.Renamed += (_, change) =>
            {
                Tell(change.OldName, true);
                Tell(change.Name, true);
            };
            _watcher.Error += (_, _) => Tell(null, true);
            try
            {
                _watcher.EnableRaisingEvents = true;
            }
            catch
            {
                _watcher.Dispose();
                throw;
            }
        }

        public DirectoryWatch[] Watches { get; set; } = [];

        public void Dispose()
        {
            _closed();
            _watcher.Dispose();
        }

        private void Tell(string? name, bool isStructure)
        {
            foreach (DirectoryWatch watch in Watches)
            {
                watch._changed(name, isStructure);
            }
        }
    }
}
