using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PSBan.Tests.Matching.Patterns;

/// <summary>Python's <c>re</c> itself, asked line by line: the oracle of the translation.</summary>
/// <remarks>The dialect is that of Python 3.11 to 3.13: before, there are no atomic groups; after, <c>\B</c> matches an empty text.</remarks>
public sealed class PythonRe : IDisposable
{
    private const string Script = """
        import json, re, signal, sys, warnings
        warnings.simplefilter('ignore')
        class Slow(Exception):
            pass
        def give_up(number, frame):
            raise Slow()
        alarm = getattr(signal, 'alarm', lambda seconds: None)
        if hasattr(signal, 'SIGALRM'):
            signal.signal(signal.SIGALRM, give_up)
        def units(text, at):
            return at if text.isascii() else len(text[:at].encode('utf-16-le', 'surrogatepass')) // 2
        for line in sys.stdin:
            pattern, multiline, texts = json.loads(line)
            try:
                compiled = re.compile(pattern, re.M if multiline else 0)
            except RecursionError:
                print(json.dumps({'Error': 'RecursionError'}), flush=True)
                continue
            except (re.error, OverflowError, ValueError) as e:
                print(json.dumps({'Error': str(e)}), flush=True)
                continue
            found = []
            alarm(10)
            for text in texts:
                try:
                    match = compiled.search(text)
                except Slow:
                    found = None
                    break
                found.append(None if match is None else {
                    'Span': [units(text, at) for at in match.span()],
                    'Groups': {name: [units(text, at) for at in match.span(name)] if match.group(name) is not None else None for name in compiled.groupindex}})
            alarm(0)
            print(json.dumps({'Found': found}), flush=True)
        """;

    // Short on the way, even with text that is not ASCII.
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Process _process;

    /// <summary>Starts the interpreter.</summary>
    public PythonRe()
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardInput = true, RedirectStandardOutput = true, StandardInputEncoding = new UTF8Encoding(false) };
        start.Environment["PYTHONUTF8"] = "1";
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Script);
        _process = Process.Start(start)!;
    }

    /// <summary>Compiles a pattern and searches texts.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="multiline">Whether with the flag of that name.</param>
    /// <param name="texts">The texts.</param>
    public Reply Search(string pattern, bool multiline, params string[] texts)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(new object[] { pattern, multiline, texts }, s_options));
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"python3 ended over {pattern}");
        return JsonSerializer.Deserialize<Reply>(line)!;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>What Python says.</summary>
    /// <param name="Error">Why it refuses the pattern.</param>
    /// <param name="Found">For every text the match; null where there is none. Null where Python itself was stalled.</param>
    public sealed record Reply(string? Error, IReadOnlyList<Found?>? Found);

    /// <summary>A match, in UTF-16 units.</summary>
    /// <param name="Span">Its start and end.</param>
    /// <param name="Groups">The same for the named groups; null for those that took no part.</param>
    public sealed record Found([property: JsonRequired] int[] Span, IReadOnlyDictionary<string, int[]?> Groups);
}
