using BenchmarkDotNet.Attributes;
using PSBan.Matching;
using PSBan.Model;

namespace PSBan.Benchmarks;

/// <summary>A watch with many jails on one log: one search for all, then the lines that matter to each.</summary>
[MemoryDiagnoser]
public class SharedSieveBenchmarks
{
    private readonly List<Failure> _failures = [];
    private string _text = string.Empty;
    private LineFilter[] _filters = [];
    private SharedSieve _sieve = null!;

    [Params(1, 30)]
    public int Jails { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _text = LogLines.Syslog(failures: 5);
        _filters = LogLines.Filters(Jails);
        _sieve = new SharedSieve(_filters);
    }

    [Benchmark(OperationsPerInvoke = LogLines.Count)]
    public int Sifted()
    {
        int found = 0;
        _sieve.Sift(_text);
        for (int i = 0; i < _filters.Length; i++)
        {
            int behind = 0;
            foreach (LineSpan line in _sieve.LinesFor(i)!)
            {
                _filters[i].PassOverAll(_text.AsSpan(behind..line.Start), inOperation: true);
                _filters[i].Process(new LogLine(_text.AsSpan(line.Start, line.Length)), inOperation: true, _failures);
                behind = line.Start + line.Length + 1;
                found += _failures.Count;
                _failures.Clear();
            }
        }

        return found;
    }

    [Benchmark(OperationsPerInvoke = LogLines.Count)]
    public void SearchAlone() => _sieve.Sift(_text);
}
