using System.Runtime.CompilerServices;
using PSBan.Model;

namespace PSBan.Sources.Journal;

/// <summary>
/// Reads the journal of systemd through journalctl(1). A journalctl that ends is started again where it stopped; an entry that is no longer there when reading
/// resumes (vacuum) is said, and reading goes on with what came after it.
/// </summary>
/// <remarks><see cref="LogBlock.Source"/> is <see cref="Name"/>: one journal and one set of matches is one log.</remarks>
public sealed class JournalLogSource : ILogSource
{
    /// <summary>What the names of journals begin with.</summary>
    public const string Prefix = "systemd-journal";

    private readonly JournalOptions _options;
    private readonly LogEncoding _encoding;

    /// <summary>Makes a source; nothing is started yet.</summary>
    /// <param name="options">Which journal and which entries.</param>
    /// <exception cref="ArgumentException">The encoding is unknown.</exception>
    public JournalLogSource(JournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _encoding = LogEncoding.Find(options.Encoding, out LogEncoding? encoding)
            ? encoding
            : throw new ArgumentException($"There is no encoding '{options.Encoding}'; write auto, utf-8, latin-1, cp1252 or another name of IANA's.", nameof(options));
        Name = JournalName.Of(options);
    }

    /// <summary>Whether this machine has a journal.</summary>
    public static bool IsAvailable => JournalFiles.AnyStandard();

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancelToken)
    {
        JournalFiles.ThrowIfMissing(_options);
        using JournalProcess process = JournalProcess.Start(_options.Program, JournalArguments.From(_options, follow: false));
        using CancellationTokenRegistration registration = cancelToken.Register(process.Kill);
        var reader = new JournalReader(process, _options.LineLimit);
        var lines = new JournalLines(_encoding);
        while (await reader.FillAsync().ConfigureAwait(false))
        {
            while (reader.Next() is { } entry)
            {
                lines.Add(entry);
            }

            if (lines.Count > 0)
            {
                yield return new LogBlock { Source = Name, Text = lines.Text, Times = lines.Times };
                lines.Clear();
            }
        }

        cancelToken.ThrowIfCancellationRequested();
        (int code, string complaint) = await process.EndAsync().ConfigureAwait(false);
        if (code != 0)
        {
            throw new IOException(JournalTail.Describe(code, complaint));
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LogBlock> FollowAsync(Func<string, LogStart> start, ISourceObserver observer, CancellationToken cancelToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(observer);
        return new JournalSession(Name, _options, _encoding, start(Name), observer).RunAsync(cancelToken);
    }
}
