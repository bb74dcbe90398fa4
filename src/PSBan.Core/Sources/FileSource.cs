using System.Runtime.CompilerServices;
using PSBan.Model;

namespace PSBan.Sources;

/// <summary>What reading one path and reading a glob have in common.</summary>
public abstract class FileSource : ILogSource
{
    private readonly Glob _glob;
    private readonly FileSourceOptions _options;
    private readonly LogEncoding _encoding;

    private protected FileSource(Glob glob, FileSourceOptions? options)
    {
        _glob = glob;
        _options = options ?? new FileSourceOptions();
        _encoding = LogEncoding.Find(_options.Encoding, out LogEncoding? encoding)
            ? encoding
            : throw new ArgumentException($"There is no encoding '{_options.Encoding}'; write auto, utf-8, utf-16, latin-1, cp1252 or another name of IANA's.", nameof(options));
    }

    /// <inheritdoc/>
    public string Name => _glob.Pattern;

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancelToken)
    {
        foreach (string path in Paths())
        {
            await foreach (LogBlock block in FileReader.ReadAsync(path, _encoding, _options.LineLimit, cancelToken))
            {
                yield return block;
            }
        }
    }

    /// <summary>Opens one file after the other, for somebody who decodes the lines himself, in another thread say. The receiver closes them.</summary>
    internal IEnumerable<FileReader> OpenAll() => Paths().Select(path => FileReader.Open(path, _encoding, _options.LineLimit));

    /// <inheritdoc/>
    public IAsyncEnumerable<LogBlock> FollowAsync(Func<string, LogStart> start, ISourceObserver observer, CancellationToken cancelToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(observer);
        return FileFollower.RunAsync(_glob, _options, _encoding, start, observer, cancelToken);
    }

    private IEnumerable<string> Paths()
    {
        IReadOnlyList<string> paths = _glob.Expand([]);
        return paths.Count > 0
            ? paths.Where(path => _glob.IsLiteral || !Directory.Exists(path))
            : throw new FileNotFoundException($"No file matches '{Name}'.", Name);
    }
}
