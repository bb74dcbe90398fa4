namespace PSBan.Firewalls.Command;

/// <summary>Runs scripts.</summary>
internal interface IShell
{
    /// <summary>Runs a script to its end. It does not throw for a script that fails, hangs or cannot be started: the result says so.</summary>
    /// <param name="script">The script.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancelToken">Kills it; the call then throws <see cref="OperationCanceledException"/>.</param>
    Task<ShellResult> RunAsync(ShellScript script, TimeSpan timeout, CancellationToken cancelToken);
}

/// <summary>How a script ended.</summary>
/// <param name="ExitCode">The exit code of the shell, which is that of its last command; null where it could not be started or was killed.</param>
/// <param name="Output">The end of what it printed.</param>
/// <param name="Error">The end of what it printed to its error stream, or why there was no run.</param>
internal sealed record ShellResult(int? ExitCode, string Output, string Error)
{
    private const int MaxLines = 3;
    private const int MaxLine = 240;

    /// <summary>Whether it ended well.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>Why it did not end well, with its own last words; a sentence without a full stop.</summary>
    public string Complaint
    {
        get
        {
            string words = Words(Error) is { Length: > 0 } error ? error : Words(Output);
            string end = ExitCode switch
            {
                null => "",
                126 => "a program of it may not be run (exit code 126)",
                127 => "a program of it was not found on the path (exit code 127)",
                > 128 => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"it was killed by signal {ExitCode - 128}"),
                _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"exit code {ExitCode}"),
            };
            return end.Length == 0 ? words : words.Length == 0 ? end + ", without a word" : $"{end}: {words}";
        }
    }

    private static string Words(string text) => string.Join("; ", text
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .TakeLast(MaxLines)
        .Select(line => line.Length <= MaxLine ? line : line[..MaxLine] + " …")).TrimEnd('.');
}
