using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PSBan.EndToEnd.Support;

namespace PSBan.EndToEnd.Tests.Filters;

/// <summary>fail2ban's own classes in a process of Python, which is asked about lines.</summary>
public sealed class FilterOracle : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lazy<Process> _process = new(Start);

    /// <summary>What a test that uses it needs.</summary>
    internal static string[] Needs => ["python3", "fail2ban-regex", SampleLogs.SampleLogTests.Configuration, SampleLogs.SampleLogTests.Samples];

    /// <summary>Makes a filter, in the place of the one before.</summary>
    /// <returns>Why it cannot be made; null where it can.</returns>
    internal string? Use(FilterCase filter) => Ask<Made>(new
    {
        config = filter.Configuration,
        filter = filter.Name,
        options = filter.Options,
        all = filter.ChecksAll,
        usedns = filter.RawHosts ? "raw" : "no",
    }).Error;

    /// <summary>Gives lines to the filter.</summary>
    internal IReadOnlyList<LineOutcome> Judge(IReadOnlyList<TimedLine> lines)
    {
        object?[][] rows = [.. lines.Select(line => new object?[] { line.Now.ToUnixTimeSeconds(), line.Text, line.Journal?.ToUnixTimeSeconds() })];
        return [.. Ask<Judged>(new { lines = rows }).Results!.Select((result, i) => result.Outcome(lines[i]))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_process.IsValueCreated)
        {
            _process.Value.StandardInput.Close();
            _process.Value.WaitForExit();
            _process.Value.Dispose();
        }
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo(Interpreter())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        start.ArgumentList.Add("-B");
        start.ArgumentList.Add(Path.Combine(Repository.Root, "tests", "PSBan.EndToEnd.Tests", "Filters", "fail2ban-oracle.py"));
        start.Environment["LC_ALL"] = "C.UTF-8";
        return Process.Start(start)!;
    }

    /// <summary>The Python that has fail2ban: the one its programs are run by.</summary>
    private static string Interpreter()
    {
        string? program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "fail2ban-regex")).FirstOrDefault(File.Exists);
        string first = program is null ? "" : File.ReadLines(program).FirstOrDefault("");
        return first.StartsWith("#!/", StringComparison.Ordinal) && File.Exists(first[2..].Trim()) ? first[2..].Trim() : "python3";
    }

    private T Ask<T>(object request)
    {
        Process process = _process.Value;
        process.StandardInput.WriteLine(JsonSerializer.Serialize(request, s_json));
        process.StandardInput.Flush();
        string answer = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The oracle ended; its last words are on standard error.");
        return JsonSerializer.Deserialize<T>(answer, s_json)!;
    }

    private sealed record Made(string? Error);

    private sealed record Judged(IReadOnlyList<Answer>? Results);

    private sealed record Answer(IReadOnlyList<Entry>? Found, IReadOnlyList<int>? Ignored, string? Error, bool Stalled)
    {
        public LineOutcome Outcome(TimedLine line)
        {
            if (Found is not { } found)
            {
                return new LineOutcome([], [], []) { Verdict = "missed", Trouble = Stalled ? "stalled" : Error };
            }

            // fail2ban-regex counts what says "no failure" as ignored, and what waits for an address as matched.
            bool isIgnored = Ignored!.Count > 0 || found.Any(entry => entry.Nofail);
            return new LineOutcome(
                [.. found.Select(entry => entry.Index)],
                [.. Ignored],
                [.. found.Where(entry => entry is { Nofail: false, Id: not null }).Select(entry => entry.Failure(line))])
            {
                Verdict = isIgnored ? "ignored" : found.Any(entry => !entry.Nofail) ? "matched" : "missed",
            };
        }
    }

    private sealed record Entry(
        int Index, string? Id, double? Time, bool Nofail, string? Ip, IReadOnlyList<string> Users, IReadOnlyList<string> Matches, [property: JsonRequired] Dictionary<string, string> Data)
    {
        // Where no date is known, nothing but the present can be told.
        public FoundFailure Failure(TimedLine line) =>
            new(Index, Id!, (long)Math.Round((Time ?? line.Now.ToUnixTimeSeconds()) * 1000), Ip, FoundFailure.Describe(Data), FoundFailure.Describe(Users), Matches);
    }
}

/// <summary>A line and the time at which it is read.</summary>
/// <param name="Now">What the clock shows.</param>
/// <param name="Text">The line.</param>
/// <param name="Journal">The time that came with it, for entries of a journal.</param>
internal readonly record struct TimedLine(DateTimeOffset Now, string Text, DateTimeOffset? Journal)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Now.ToUnixTimeSeconds()} {Text}");
}
