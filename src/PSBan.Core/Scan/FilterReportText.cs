using System.Globalization;
using System.Text;
using PSBan.Model;

namespace PSBan.Scan;

/// <summary>The readable form of a <see cref="FilterReport"/>, laid out so that somebody who knows fail2ban-regex finds his way.</summary>
public static class FilterReportText
{
    /// <summary>The whole report as text.</summary>
    /// <param name="report">The report.</param>
    public static string Of(FilterReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Filter: {VisibleText.Of(report.Filter)}\n");
        foreach (string source in report.Sources)
        {
            text.Append(CultureInfo.InvariantCulture, $"Log:    {VisibleText.Of(source)}\n");
        }

        foreach (Problem problem in report.Problems)
        {
            text.Append(string.Join('\n', problem.ToString().Split('\n').Select(VisibleText.Of))).Append('\n');
        }

        if (report.PrefPattern is { } prefix)
        {
            // Most lines are passed over without it, and its hits are known only where that is not done.
            text.Append("\nPrefregex: ");
            text.Append(prefix.TimeSpent > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"{prefix.Hits} hits{Time(prefix)}") : "hits are counted where times are asked for (-ShowTime, --show-time)");
            text.Append(CultureInfo.InvariantCulture, $"\n  {VisibleText.Of(prefix.Pattern)}\n");
        }

        Patterns(text, "Failregex", report.Patterns);
        Patterns(text, "Ignoreregex", report.IgnorePatterns);
        text.Append("\nDate templates: [hits] template\n");
        foreach (DateTemplateReport template in report.DateTemplates.OrderByDescending(template => template.Hits))
        {
            text.Append(CultureInfo.InvariantCulture, $"  [{template.Hits}] {VisibleText.Of(template.Template)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\nLines: {report.Lines} lines, {report.Ignored} ignored, {report.Matched} matched, {report.Missed} missed");
        text.Append(report.TimedOut > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({report.TimedOut} of them exceeded the limit of a pattern)") : string.Empty);
        text.Append(CultureInfo.InvariantCulture, $"\n[processed in {report.ElapsedSeconds:0.00} s]\n");
        Lines(text, "Matched", report.MatchedLines, report.Matched);
        Lines(text, "Ignored", report.IgnoredLines, report.Ignored);
        Lines(text, "Missed", report.MissedLines, report.Missed);
        return text.ToString();
    }

    private static void Patterns(StringBuilder text, string title, IReadOnlyList<PatternReport> patterns)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{title}: {patterns.Sum(pattern => pattern.Hits)} hits");
        text.Append(patterns.Count > 0 ? ": number) [hits] pattern\n" : "\n");
        for (int i = 0; i < patterns.Count; i++)
        {
            if (patterns[i].Hits > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {i + 1}) [{patterns[i].Hits}]{Time(patterns[i])} {VisibleText.Of(patterns[i].Pattern)}\n");
                text.Append(About(patterns[i]));
            }
        }

        int without = patterns.Count(pattern => pattern.Hits == 0);
        text.Append(without > 0 ? string.Create(CultureInfo.InvariantCulture, $"  {without} without a hit\n") : string.Empty);
    }

    /// <summary>What one should know of a pattern: how it is bounded where it is not by itself, and what a line must hold for it to be tried at all.</summary>
    private static string About(PatternReport pattern)
    {
        string limit = pattern.IsLinear ? string.Empty : pattern.TimedOut > 0
            ? string.Create(CultureInfo.InvariantCulture, $"     not linear in time: {pattern.TimedOut} lines exceeded its limit\n")
            : "     not linear in time: runs under a limit\n";
        return pattern.Literals.Count == 0 ? limit : $"{limit}     needs {string.Join(" or ", pattern.Literals.Select(literal => $"'{VisibleText.Of(literal)}'"))}\n";
    }

    private static string Time(PatternReport pattern) =>
        pattern.TimeSpent == TimeSpan.Zero ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" {pattern.TimeSpent.TotalMilliseconds:0.0} ms");

    private static void Lines(StringBuilder text, string title, IReadOnlyList<string> lines, long total)
    {
        if (lines.Count == 0)
        {
            return;
        }

        string extent = lines.Count < total ? string.Create(CultureInfo.InvariantCulture, $" (the first {lines.Count} of {total})") : string.Empty;
        text.Append(CultureInfo.InvariantCulture, $"\n{title} lines{extent}:\n");
        foreach (string line in lines)
        {
            text.Append("  ").Append(VisibleText.Of(line)).Append('\n');
        }
    }
}
