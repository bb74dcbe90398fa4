using BenchmarkDotNet.Attributes;
using PSBan.Matching;
using PSBan.Model;

namespace PSBan.Benchmarks;

/// <summary>One filter over ten thousand lines: what a line costs that fails, and one that does not.</summary>
[MemoryDiagnoser]
public class FilterBenchmarks
{
    private readonly List<Failure> _failures = [];
    private LogBlock _block = null!;
    private LineFilter _filter = null!;

    [Params(0, 5, 100)]
    public int FailuresInHundred { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _block = LogLines.Block(LogLines.Syslog(FailuresInHundred));
        _filter = LogLines.Filter("sshd", isReport: true);
    }

    [Benchmark(OperationsPerInvoke = LogLines.Count)]
    public int Process()
    {
        int found = 0;
        foreach (LogLine line in new LogBlockLines(_block))
        {
            _filter.Process(line, inOperation: true, _failures);
            found += _failures.Count;
            _failures.Clear();
        }

        return found;
    }
}
