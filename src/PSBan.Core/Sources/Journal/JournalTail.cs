using System.Globalization;

namespace PSBan.Sources.Journal;

/// <summary>The last entry of a journal at one moment, and what journalctl had to say when it was asked.</summary>
/// <param name="Cursor">Its place; null where there is no entry.</param>
/// <param name="Realtime">Its time in microseconds of Unix time.</param>
/// <param name="Remark">A remark of journalctl's, such as about missing rights; null where there is none.</param>
internal sealed record JournalTail(string? Cursor, long Realtime, string? Remark)
{
    /// <summary>Asks for the last entry: a cheap proof too that the journal can be read.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<JournalTail> ReadAsync(JournalOptions options, CancellationToken cancelToken)
    {
        JournalFiles.ThrowIfMissing(options);
        using JournalProcess process = JournalProcess.Start(options.Program, JournalArguments.Last(options));
        using CancellationTokenRegistration registration = cancelToken.Register(process.Kill);
        var reader = new JournalReader(process, options.LineLimit);
        JournalTail tail = new(null, 0, null);
        while (await reader.FillAsync().ConfigureAwait(false))
        {
            while (reader.Next() is { } entry)
            {
                tail = tail with { Cursor = entry.Cursor, Realtime = entry.Realtime };
            }
        }

        (int code, string complaint) = await process.EndAsync().ConfigureAwait(false);
        cancelToken.ThrowIfCancellationRequested();
        return code == 0 ? tail with { Remark = complaint.Length > 0 ? OneLine(complaint) : null } : throw new IOException(Describe(code, complaint));
    }

    /// <summary>Why a journalctl ended, as a sentence.</summary>
    public static string Describe(int code, string complaint)
    {
        // The runtime tells of a signal as a shell does: 128 and its number.
        string how = code > 128
            ? string.Create(CultureInfo.InvariantCulture, $"was ended by signal {code - 128}")
            : string.Create(CultureInfo.InvariantCulture, $"ended with code {code}");
        return complaint.Length > 0 ? $"journalctl {how}: {OneLine(complaint)}" : $"journalctl {how}.";
    }

    private static string OneLine(string text) => string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
