using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using PSBan.Firewalls.Command;
using PSBan.Jails;
using PSBan.Model;
using PSBan.Sources;

namespace PSBan.Watch;

/// <summary>
/// Knows what ignore lists need and the configuration does not hold: the host's own addresses, the addresses of host names, the entries of files.
/// It answers from memory, which is kept fresh while it runs: addresses every 5 minutes by a task of its own, changed files every second, when the logs are looked
/// at too (<see cref="Heartbeat"/>). The commands that are asked whom to spare end with it.
/// </summary>
internal sealed class IgnoreSources(EventHub events, TimeProvider clock) : IIgnoreSource, INameResolver
{
    private const long MaxFileBytes = 16 << 20;
    private static readonly TimeSpan s_keepAddresses = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_keepFiles = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);
    private static readonly char[] s_separators = [' ', '\t', ',', '\r'];

    private readonly ConcurrentDictionary<string, IReadOnlyList<Address>> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, FileEntries> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Jail, IgnoreCommand> _commands = [];

    public IReadOnlyList<Address> OwnAddresses { get; private set; } = [];

    public IReadOnlyList<Address> AddressesOf(string name) => _names.GetOrAdd(name, _ => []);

    public IReadOnlyList<Located<string>> EntriesOf(string path) => _files.GetOrAdd(path, _ => FileEntries.Unread).Entries;

    /// <summary>The command of a jail that says whom to spare; null where it has none. While its settings stay it is the same, and remembers its answers.</summary>
    /// <param name="plan">The jail.</param>
    /// <param name="jail">Its counters.</param>
    public IgnoreCommand? CommandOf(JailPlan plan, Jail jail)
    {
        if (plan.IgnoreCommand is not { } options)
        {
            return null;
        }

        if (!_commands.TryGetValue(jail, out IgnoreCommand? command) || command.Options != options)
        {
            // One that is replaced still answers those who wait for it.
            _commands[jail] = command = new IgnoreCommand(options, new Shell(clock), () => NumbersOf(jail), events, clock);
        }

        return command;
    }

    /// <summary>Learns everything that was asked for so far; done before the first line is read, so that nobody on a list is banned at start.</summary>
    public async Task RefreshAsync(CancellationToken cancelToken)
    {
        RefreshFiles(mayWait: true);
        await RefreshAddressesAsync(cancelToken).ConfigureAwait(false);
    }

    /// <summary>Keeps everything fresh until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancelToken)
    {
        using IDisposable beat = Heartbeat.Join(clock, s_keepFiles, RefreshFiles);
        using var timer = new PeriodicTimer(s_keepAddresses, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancelToken).ConfigureAwait(false))
            {
                await RefreshAddressesAsync(cancelToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancelToken.IsCancellationRequested)
        {
            // The end of the watch.
        }

        await CloseCommandsAsync().ConfigureAwait(false);
    }

    /// <summary>Lets those who wait for an answer have it, so that nothing that was read is lost; but not for long.</summary>
    private async Task CloseCommandsAsync()
    {
        using var grace = new CancellationTokenSource(s_grace, clock);
        foreach (IgnoreCommand command in _commands.Values)
        {
            await command.WhenIdleAsync(grace.Token).ConfigureAwait(false);
            command.Dispose();
        }
    }

    private static JailNumbers NumbersOf(Jail jail)
    {
        JailStatistics now = jail.Statistics;
        return new JailNumbers(now.CurrentlyBanned, now.TotalBanned, now.CurrentlyFailed, now.TotalFailed);
    }

    private async Task RefreshAddressesAsync(CancellationToken cancelToken)
    {
        List<Address> own = [Address.Parse("127.0.0.0/8"), Address.Parse("::1")];
        try
        {
            own.AddRange(NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(device => device.GetIPProperties().UnicastAddresses)
                .Select(address => Address.From(address.Address)));
        }
        catch (NetworkInformationException e)
        {
            events.Publish(BanEventKind.SourceWarning, $"The host's own addresses cannot be listed: {e.Message} ignoreself spares 127.0.0.0/8 and ::1 only.");
        }

        own.AddRange(await LookUpAsync(Dns.GetHostName(), cancelToken).ConfigureAwait(false) ?? []);
        Address[] distinct = [.. own.Distinct().Order()];
        if (!distinct.AsSpan().SequenceEqual([.. OwnAddresses]))
        {
            OwnAddresses = distinct;
        }

        foreach (string name in _names.Keys)
        {
            // What cannot be looked up now keeps the addresses it had: a failing name server must not get a trusted host banned.
            IReadOnlyList<Address>? found = await LookUpAsync(name, cancelToken).ConfigureAwait(false);
            if (found is not null && !found.SequenceEqual(_names[name]))
            {
                _names[name] = found;
            }
        }
    }

    private async Task<IReadOnlyList<Address>?> LookUpAsync(string name, CancellationToken cancelToken)
    {
        try
        {
            using var patience = new CancellationTokenSource(s_patience, clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancelToken);
            IPAddress[] found = await Dns.GetHostAddressesAsync(name, both.Token).ConfigureAwait(false);
            return [.. found.Select(Address.From).Distinct().Order()];
        }
        catch (Exception e) when (e is SocketException or ArgumentException || (e is OperationCanceledException && !cancelToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private void RefreshFiles(bool mayWait)
    {
        if (!mayWait)
        {
            return;
        }

        foreach ((string path, FileEntries known) in _files)
        {
            try
            {
                var file = new FileInfo(path);
                if (known.Trouble is null && file.LastWriteTimeUtc == known.Written && file.Length == known.Length)
                {
                    continue;
                }

                _files[path] = file.Length > MaxFileBytes
                    ? throw new IOException($"It is larger than {MaxFileBytes} bytes.")
                    : new FileEntries(Read(path), file.LastWriteTimeUtc, file.Length, null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                if (known.Trouble is null)
                {
                    events.Publish(BanEventKind.SourceWarning, $"The ignore list {path} cannot be read: {e.Message} Its last entries stay in force.");
                }

                _files[path] = known with { Trouble = e.Message };
            }
        }
    }

    /// <summary>Entries between commas, blanks and line ends; a comment begins with <c>#</c> or <c>;</c> at the line's start or behind a blank.</summary>
    private static List<Located<string>> Read(string path)
    {
        List<Located<string>> entries = [];
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            foreach (string word in line.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
            {
                if (word[0] is '#' or ';')
                {
                    break;
                }

                entries.Add(new Located<string>(word, new SourceLocation(path, number)));
            }
        }

        return entries;
    }

    private sealed record FileEntries(IReadOnlyList<Located<string>> Entries, DateTime Written, long Length, string? Trouble)
    {
        public static FileEntries Unread { get; } = new([], default, -1, null);
    }
}
