using System.Globalization;
using PSBan.Configuration;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>The command of a jail that says whom to spare (<c>ignorecommand</c>), and what of its answers is remembered (<c>ignorecache</c>).</summary>
/// <param name="Jail">The name of the jail.</param>
/// <param name="Command">The command, with tags.</param>
/// <param name="BanTime">The length of the jail's bans, for the tag of that name.</param>
internal sealed record IgnoreCommandOptions(string Jail, string Command, Duration BanTime)
{
    private const int DefaultMaxCount = 100;
    private static readonly TimeSpan s_defaultMaxTime = TimeSpan.FromMinutes(5);

    /// <summary>What answers are remembered by, with tags; null where none are.</summary>
    public string? CacheKey { get; init; }

    /// <summary>How many answers are remembered.</summary>
    public int MaxCount { get; init; } = DefaultMaxCount;

    /// <summary>How long an answer is remembered.</summary>
    public TimeSpan MaxTime { get; init; } = s_defaultMaxTime;

    /// <summary>How long a command may take; where it takes longer, nobody is spared.</summary>
    /// <value>The default is 60 seconds, as for actions.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Reads the settings of a jail.</summary>
    /// <param name="jail">The jail.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns>The settings; null where there is no command, or none that could be run.</returns>
    public static IgnoreCommandOptions? Read(JailOptions jail, ICollection<Problem> problems)
    {
        if (jail.IgnoreCommand is not { } command || string.IsNullOrWhiteSpace(command.Value))
        {
            return null;
        }

        if (OperatingSystem.IsWindows())
        {
            problems.Add(new Problem(
                ProblemSeverity.Warning, "IgnoreCommandNotRun",
                "An ignorecommand is one for /bin/sh, which Windows does not have, so it is not run: whom it would spare is banned. Name those addresses in ignoreip.", command.Location, jail.Name));
            return null;
        }

        var options = new IgnoreCommandOptions(jail.Name, command.Value, jail.BanTime.Value);
        if (jail.IgnoreCache is not { } cache || OptionList.Parse($"cache[{cache.Value}]", out _) is not { } list)
        {
            return options;
        }

        int count = DefaultMaxCount;
        if (list.Options.TryGetValue("max-count", out string? most) && !(int.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0))
        {
            problems.Add(new Problem(ProblemSeverity.Warning, "InvalidNumber", $"'{most}' is no number of answers for 'max-count' of 'ignorecache'; {DefaultMaxCount} is taken.", cache.Location, jail.Name));
            count = DefaultMaxCount;
        }

        TimeSpan time = s_defaultMaxTime;
        if (list.Options.TryGetValue("max-time", out string? longest))
        {
            if (Duration.TryParse(longest, out Duration read) && !read.IsPermanent && read > Duration.Zero)
            {
                time = read.ToTimeSpan();
            }
            else
            {
                problems.Add(new Problem(ProblemSeverity.Warning, "InvalidTime", $"'{longest}' is no time for 'max-time' of 'ignorecache', such as 5m; 5 minutes are taken.", cache.Location, jail.Name));
            }
        }

        return options with { CacheKey = list.Options.GetValueOrDefault("key", "<ip>"), MaxCount = count, MaxTime = time };
    }
}
