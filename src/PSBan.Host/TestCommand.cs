using System.CommandLine;
using System.Globalization;
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
        var log = new Option<string>("--log", "-l") { Description = "The log to read: a file (.gz is unpacked), systemd-journal, or systemd-journal[journalpath=…].", HelpName = "LOG", Required = true };
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
        var command = new Command("test", "Read a log once and report what a filter makes of it, as fail2ban-regex does.") { log, filter, datePattern, ignoreRegex, journalMatch, config, json };
        command.SetAction((arguments, cancelToken) => RunAsync(
            arguments.GetValue(log)!,
            new ScanOptions
            {
                Filter = arguments.GetValue(filter)!,
                DatePattern = arguments.GetValue(datePattern),
                IgnoreRegex = arguments.GetValue(ignoreRegex),
                JournalMatch = arguments.GetValue(journalMatch),
                Backend = LogSources.IsJournal(arguments.GetValue(log)!) ? "systemd" : "auto",
                ConfigPath = CommonOptions.ConfigPath(arguments.GetValue(config)),
                KeepLines = arguments.GetValue(json) ? 0 : LinesShown,
            },
            arguments.GetValue(json),
            cancelToken));
        return command;
    }

    private static async Task<int> RunAsync(string log, ScanOptions options, bool json, CancellationToken cancelToken)
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
            await using ReadProgress progress = ReadProgress.Start(scan.Meter, log);
            report = await scan.TestAsync([scan.Open(log)], cancelToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The log {log} cannot be read: {e.Message}");
            return ExitCode.Problems;
        }

        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(report, HostJson.Default.FilterReport));
        }
        else
        {
            Print(report, Console.Out);
        }

        return problems.Any(problem => problem.Severity == ProblemSeverity.Error) ? ExitCode.Problems : ExitCode.Good;
    }

    private static void Print(FilterReport report, TextWriter output)
    {
        PrintPatterns("Failregex", report.Patterns, output);
        PrintPatterns("Ignoreregex", report.IgnorePatterns, output);
        output.WriteLine("Date template hits:");
        foreach (DateTemplateReport template in report.DateTemplates)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  [{template.Hits}] {template.Template}"));
        }

        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Lines: {report.Lines} lines, {report.Ignored} ignored, {report.Matched} matched, {report.Missed} missed{(report.TimedOut > 0 ? $" ({report.TimedOut} over the limit)" : string.Empty)}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[processed in {report.ElapsedSeconds:0.00} sec]"));
        PrintLines("Ignored", report.Ignored, report.IgnoredLines, output);
        PrintLines("Missed", report.Missed, report.MissedLines, output);
    }

    private static void PrintPatterns(string title, IReadOnlyList<PatternReport> patterns, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}: {patterns.Sum(pattern => pattern.Hits)} total"));
        for (int i = 0; i < patterns.Count; i++)
        {
            if (patterns[i].Hits > 0)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {i + 1}) [{patterns[i].Hits}] {patterns[i].Pattern}"));
            }
        }

        output.WriteLine();
    }

    private static void PrintLines(string title, long count, IReadOnlyList<string> lines, TextWriter output)
    {
        if (count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine(count > lines.Count
            ? string.Create(CultureInfo.InvariantCulture, $"{title} lines, the first {lines.Count} of {count}:")
            : $"{title} lines:");
        foreach (string line in lines)
        {
            output.WriteLine("  " + VisibleText.Of(line));
        }
    }
}
