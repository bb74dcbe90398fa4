using System.CommandLine;
using System.Text.Json;
using PSBan.Model;
using PSBan.Scan;
using PSBan.Sources;

namespace PSBan.Host;

/// <summary><c>psban test</c>: what a filter makes of a log.</summary>
internal static class TestCommand
{
    private const int LinesShown = 20;

    public static Command Create()
    {
        var log = new Option<string[]>("--log", "-l")
        {
            Description = "The logs to read: files (* and ? allowed, .gz is unpacked), systemd-journal, systemd-journal[journalpath=…], or - for standard input.",
            HelpName = "LOG",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var filter = new Option<string>("--filter", "-f")
        {
            Description = "The filter: a name with options (sshd[mode=aggressive]), a file, or the text of a failregex.",
            HelpName = "NAME|PATH|REGEX",
            Required = true,
        };
        var datePattern = new Option<string?>("--datepattern", "-d") { Description = "A date pattern in place of the filter's own.", HelpName = "PATTERN" };
        var ignoreRegex = new Option<string?>("--ignoreregex") { Description = "An ignoreregex in place of the filter's own.", HelpName = "REGEX" };
        var journalMatch = new Option<string?>("--journalmatch", "-m") { Description = "The entries of the journal to read, in place of the filter's journalmatch.", HelpName = "MATCH" };
        Option<DirectoryInfo?> config = CommonOptions.Config();
        Option<bool> json = CommonOptions.Json("Print the report as one JSON object.");
        var showMatched = new Option<bool>("--show-matched") { Description = "Show the lines that were failures." };
        var showTime = new Option<bool>("--show-time") { Description = "Measure how long each pattern takes; the log then takes longer to read." };
        var lines = new Option<int>("--lines") { Description = "How many lines of each kind (missed, ignored, matched) are shown.", HelpName = "N", DefaultValueFactory = _ => LinesShown };
        var command = new Command("test", "Read logs once and report what a filter makes of them, as fail2ban-regex does.") { log, filter, datePattern, ignoreRegex, journalMatch, config, showMatched, showTime, lines, json };
        command.SetAction((arguments, cancelToken) => RunAsync(
            arguments.GetValue(log)!,
            new ScanOptions
            {
                Filter = arguments.GetValue(filter)!,
                DatePattern = arguments.GetValue(datePattern),
                IgnoreRegex = arguments.GetValue(ignoreRegex),
                JournalMatch = arguments.GetValue(journalMatch),
                Backend = arguments.GetValue(log)!.Any(LogSources.IsJournal) ? "systemd" : "auto",
                ConfigPath = CommonOptions.ConfigPath(arguments.GetValue(config)),
                MeasuresTime = arguments.GetValue(showTime),
                KeepLines = arguments.GetValue(json) && arguments.GetResult(lines) is not { Implicit: false } ? 0 : Math.Max(0, arguments.GetValue(lines)),
            },
            arguments.GetValue(showMatched),
            arguments.GetValue(json),
            cancelToken));
        return command;
    }

    private static async Task<int> RunAsync(string[] logs, ScanOptions options, bool showMatched, bool json, CancellationToken cancelToken)
    {
        FilterScan? scan = FilterScan.TryCreate(options, out IReadOnlyList<Problem> problems);
        foreach (Problem problem in problems)
        {
            Console.Error.WriteLine(problem);
        }

        if (scan is null)
        {
            return ExitCode.Problems;
        }

        FilterReport report;
        try
        {
            await using ReadProgress progress = ReadProgress.Start(scan.Meter, logs);
            report = await scan.TestAsync(logs.Select(log => Open(scan, log, options.Encoding)), cancelToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The log {(scan.Meter.Source.Length > 0 ? scan.Meter.Source : logs[0])} cannot be read: {e.Message}");
            return ExitCode.Problems;
        }

        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(report, HostJson.Default.FilterReport));
        }
        else
        {
            Console.Out.Write(FilterReportText.Of(showMatched ? report : report with { MatchedLines = [] }));
        }

        return problems.Any(problem => problem.Severity == ProblemSeverity.Error) ? ExitCode.Problems : ExitCode.Good;
    }

    private static ILogSource Open(FilterScan scan, string log, string encoding) =>
        log == "-" ? new TextLogSource("standard input", Console.In)
        : LogSources.IsNamed(log) || File.Exists(log) ? scan.Open(log)
        : new GlobLogSource(log, new FileSourceOptions { Encoding = encoding });
}
