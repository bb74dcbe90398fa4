using System.Globalization;
using System.Text;
using PSBan.Configuration;
using PSBan.Matching;
using PSBan.Model;

namespace PSBan.Benchmarks;

/// <summary>What all benchmarks work on: lines of a mail and web host, the same on every machine, and filters.</summary>
internal static class LogLines
{
    public const int Count = 10_000;

    public static string Stock { get; } = Path.Combine(Root(), "module", "config");

    /// <summary>A syslog.</summary>
    /// <param name="failures">How many lines in a hundred are failed logins of sshd.</param>
    public static string Syslog(int failures)
    {
        var random = new Random(1);
        var text = new StringBuilder();
        DateTime start = new(2026, 5, 28, 20, 26, 40, DateTimeKind.Utc);
        for (int i = 0; i < Count; i++)
        {
            text.Append(start.AddSeconds(i / 200).ToString("MMM dd HH:mm:ss", CultureInfo.InvariantCulture)).Append(" mail1 ");
            string address = $"{random.Next(1, 224)}.{random.Next(256)}.{random.Next(256)}.{random.Next(1, 255)}";
            text.Append((random.Next(100) < failures, random.Next(3)) switch
            {
                (true, 0) => $"sshd[{random.Next(99999)}]: Invalid user admin{random.Next(99)} from {address} port {random.Next(65536)}\n",
                (true, _) => $"sshd[{random.Next(99999)}]: Failed password for root from {address} port {random.Next(65536)} ssh2\n",
                (_, 0) => $"postfix/smtpd[{random.Next(99999)}]: connect from mail{random.Next(99)}.example.net[{address}]\n",
                (_, 1) => $"CRON[{random.Next(99999)}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)\n",
                _ => $"dovecot: imap(user{random.Next(99)})<{random.Next(99999)}><aB3xYq7R>: Logged out in={random.Next(9999)} out={random.Next(99999)} deleted=0 expunged=0\n",
            });
        }

        return text.ToString();
    }

    public static LogBlock Block(string text) => new() { Source = "log", Text = text.AsMemory(), FirstLine = 1 };

    public static LineFilter Filter(string name, bool isReport)
    {
        List<Problem> problems = [];
        FilterOptions options = new ConfigurationLoader(null, Stock).LoadFilter(name, problems, "auto") ?? throw new InvalidOperationException(string.Join('\n', problems));
        LineFilterOptions lines = new() { Clock = TimeProvider.System, TimeWindow = !isReport, CheckAllRegex = isReport, SkipsUnlikelyLines = !isReport };
        return LineFilter.TryCreate(options, lines, problems) ?? throw new InvalidOperationException(string.Join('\n', problems));
    }

    /// <summary>Many filters for lines of a syslog.</summary>
    public static LineFilter[] Filters(int count) =>
        [.. new ConfigurationLoader(null, Stock).FilterNames
            .Where(name => !name.EndsWith("common", StringComparison.Ordinal) && name != "sshd")
            .Order(StringComparer.Ordinal)
            .Prepend("sshd")
            .Select(name => Filter(name, isReport: false))
            .Where(filter => filter.RequiredLiterals is not null)
            .Take(count)];

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "PSBan.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The benchmarks run within the repository.");
    }
}
