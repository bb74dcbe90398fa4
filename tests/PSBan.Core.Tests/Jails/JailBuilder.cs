using PSBan.Configuration;
using PSBan.Jails;
using PSBan.Model;

namespace PSBan.Tests.Jails;

/// <summary>Makes jails and failures with times in seconds after a fixed moment.</summary>
internal static class JailBuilder
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    public static JailOptions Options(int maxRetry = 3, double findTime = 600, double banTime = 600, int maxMatches = 5, params string[] ignore) => new()
    {
        Name = "sshd",
        Filter = new FilterOptions { Name = "sshd" },
        MaxRetry = new Located<int>(maxRetry, default),
        MaxMatches = new Located<int>(maxMatches, default),
        FindTime = new Located<Duration>(Duration.FromSeconds(findTime), default),
        BanTime = new Located<Duration>(Duration.FromSeconds(banTime), default),
        IgnoreIp = [.. ignore.Select((entry, index) => new Located<string>(entry, new SourceLocation("jail.local", index + 1)))],
    };

    public static Failure Fail(string id, double seconds, params string[] lines) =>
        new(BanId.FromText(id), At(seconds), lines, new Dictionary<string, string>(), 0, 0);

    public static JailDecision CountAt(this Jail jail, string id, double seconds, params string[] lines) => jail.Count(Fail(id, seconds, lines), At(seconds));
}
