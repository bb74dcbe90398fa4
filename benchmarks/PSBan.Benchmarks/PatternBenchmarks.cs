using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using PSBan.Matching.Patterns;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.Benchmarks;

/// <summary>The quick engine beside .NET's own, on a line that matches and on one that does not.</summary>
[MemoryDiagnoser]
public class PatternBenchmarks
{
    private const string Text = "^Failed (?:password|publickey) for (?:invalid user )?<F-USER>.*</F-USER> from <ADDR> port \\d+(?: ssh2)?(?: \\[preauth\\])?\\s*$";

    private readonly Pattern _pattern = Pattern.Compile(Text);
    private Regex _compiled = null!;

    [Params("Failed password for invalid user admin from 192.0.2.7 port 54321 ssh2", "Failed password for invalid user admin from somewhere port 54321 ssh2")]
    public string Line { get; set; } = string.Empty;

    [GlobalSetup]
    public void Setup() => _compiled = new Regex(
        DotNetWriter.Write(PatternParser.Parse(TagExpander.Expand(Text, default))), RegexOptions.Compiled | RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(20));

    [Benchmark]
    public bool Quick() => _pattern.TryMatch(Line, out _);

    [Benchmark(Baseline = true)]
    public bool DotNetCompiled() => _compiled.Match(Line).Groups["user"].Success;
}
