using System.Globalization;
using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Turns the resolved options of a jail into <see cref="JailOptions"/>.</summary>
internal sealed class JailBuilder(MergedSection section, IReadOnlyDictionary<string, SourceText> options, ValueReader values, ProblemScope problems)
{
    /// <summary>What fail2ban's server takes where no file says anything; its <c>jail.conf</c> says 5.</summary>
    private const int ServerMaxRetry = 3;

    // Whoever bans more than that has mistyped; it is the size of the largest blocks that registries gave to one holder.
    private const int WidestPrefix4 = 8;
    private const int WidestPrefix6 = 19;

    private readonly MergedSection _section = section;
    private readonly IReadOnlyDictionary<string, SourceText> _options = options;
    private readonly ValueReader _values = values;
    private readonly ProblemScope _problems = problems;

    /// <summary>Builds the jail without its actions; what is unusable is reported and has its default.</summary>
    public JailOptions Build(FilterOptions filter)
    {
        Located<string> backend = Text(JailOptionNames.Backend) is { Value.Length: > 0 } named ? named : new Located<string>("auto", default);
        JailOptions jail = new()
        {
            Name = _section.Name,
            Filter = filter with { LogTimeZone = Text(JailOptionNames.LogTimeZone) is { Value.Length: > 0 } zone ? zone : null },
            Backend = backend,
            LogPaths = Option(JailOptionNames.LogPath) is { } paths ? new LogPathReader(_values, _problems).Read(paths) : [],
            LogEncoding = Text(JailOptionNames.LogEncoding) is { Value.Length: > 0 } encoding ? encoding : new Located<string>("auto", default),
            MaxRetry = Number(JailOptionNames.MaxRetry, 1) ?? new Located<int>(ServerMaxRetry, default),
            MaxMatches = Number(JailOptionNames.MaxMatches, 0) ?? new Located<int>(JailOptions.DefaultMaxRetry, default),
            FindTime = Time(JailOptionNames.FindTime, isWindow: true) ?? new Located<Duration>(Duration.FromSeconds(JailOptions.DefaultSeconds), default),
            BanTime = Time(JailOptionNames.BanTime, isWindow: false) ?? new Located<Duration>(Duration.FromSeconds(JailOptions.DefaultSeconds), default),
            BanTimeIncrement = Increments(),
            BanPrefix4 = PrefixLength(JailOptionNames.BanPrefix4, WidestPrefix4, 32),
            BanPrefix6 = PrefixLength(JailOptionNames.BanPrefix6, WidestPrefix6, 128),
            IgnoreIp = Option(JailOptionNames.IgnoreIp) is { } ignored ? new IgnoreListReader(_values, _problems).Read(ignored) : [],
            IgnoreSelf = Flag(JailOptionNames.IgnoreSelf, true),
            IgnoreCommand = Option(JailOptionNames.IgnoreCommand) is { Text.Length: > 0 } command ? command.ToLocated() : null,
            IgnoreCache = IgnoreCache(),
            SkipIfNoLogs = Flag(JailOptionNames.SkipIfNoLogs, false),
            SystemdIfNoLogs = Flag(JailOptionNames.SystemdIfNoLogs, true),
            HasOwnJournalMatch = Option("journalmatch") is { Text.Length: > 0 },
            Location = _section.Location,
        };
        CheckSource(jail);
        return jail;
    }

    private SourceText? Option(string name) => _options.GetValueOrDefault(name);

    private Located<string>? Text(string name) => Option(name) is { } text ? new Located<string>(_values.PlainList(name, text), text.Location) : null;

    private Located<int>? Number(string name, int least) => Option(name) is { } text ? _values.Number(name, text, least) : null;

    private Located<int> PrefixLength(string name, int least, int width)
    {
        if (Option(name) is not { Text.Length: > 0 } text)
        {
            return new Located<int>(width, default);
        }

        string plain = _values.Plain(name, text);
        if (int.TryParse(plain.TrimStart('/'), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length >= least && length <= width)
        {
            return new Located<int>(length, text.Location);
        }

        _problems.Error(ProblemCodes.InvalidPrefixLength, string.Create(CultureInfo.InvariantCulture,
            $"'{plain}' is no length for '{name}'; write a number of bits from {least} to {width}, {width} being the address alone."), text.Location);
        return new Located<int>(width, text.Location);
    }

    private Located<bool> Flag(string name, bool otherwise) => Option(name) is { } text ? _values.Flag(name, text) : new Located<bool>(otherwise, default);

    private Located<Duration>? Time(string name, bool isWindow)
    {
        if (Option(name) is not { } text || _values.Time(name, text) is not { } time)
        {
            return null;
        }

        if (isWindow && (time.Value.IsPermanent || time.Value <= Duration.Zero))
        {
            _problems.Error(ProblemCodes.InvalidTime, $"'{text.Text}' is no window for '{name}'; write a time longer than nothing, such as 10m.", text.Location);
            return null;
        }

        // Fail2ban cuts a ban to whole seconds, a window not.
        return isWindow || time.Value.IsPermanent ? time : time with { Value = Duration.FromSeconds(Math.Truncate(time.Value.TotalSeconds)) };
    }

    private Dictionary<string, Located<string>> Increments()
    {
        Dictionary<string, Located<string>> increments = new(StringComparer.Ordinal);
        foreach ((string name, SourceText text) in _options.Where(option => option.Key.StartsWith(JailOptionNames.BanTimePrefix, StringComparison.Ordinal)))
        {
            string plain = _values.Plain(name, text);
            if (plain.Length > 0)
            {
                increments[name[JailOptionNames.BanTimePrefix.Length..]] = new Located<string>(plain, text.Location);
            }
        }

        CheckIncrements(increments);
        return increments;
    }

    /// <summary>A wrong value stops the jail where increments are on; where they are off it is merely told.</summary>
    private void CheckIncrements(Dictionary<string, Located<string>> increments)
    {
        bool isOn = Check("increment")?.Value == true;
        _ = Check("overalljails");
        foreach (string name in (string[])["maxtime", "rndtime", "findtime"])
        {
            if (increments.TryGetValue(name, out Located<string>? time))
            {
                _values.Time(JailOptionNames.BanTimePrefix + name, new SourceText(time.Value, time.Location), isFatal: isOn);
            }
        }

        Located<bool>? Check(string name) =>
            increments.TryGetValue(name, out Located<string>? flag)
                ? _values.Flag(JailOptionNames.BanTimePrefix + name, new SourceText(flag.Value, flag.Location))
                : null;
    }

    private Located<string>? IgnoreCache()
    {
        if (Option(JailOptionNames.IgnoreCache) is not { Text.Length: > 0 } text)
        {
            return null;
        }

        if (OptionList.Parse($"cache[{text.Text}]", out string? error) is null)
        {
            _problems.Error(
                ProblemCodes.InvalidOptionList,
                $"'{text.Text}' is no value for 'ignorecache': {error}. Write key=\"<ip>\", max-count=100, max-time=5m.",
                text.Location);
        }

        return text.ToLocated();
    }

    private void CheckSource(JailOptions jail)
    {
        if (OptionList.Parse(jail.Backend.Value, out string? error) is null)
        {
            _problems.Error(
                ProblemCodes.InvalidOptionList,
                $"The backend '{jail.Backend.Value}' cannot be read: {error}. Write name or name[option=value, option2=\"value\"].",
                jail.Backend.Location);
        }

        bool isJournal = jail.Backend.Value.StartsWith("systemd", StringComparison.Ordinal)
            || jail.Backend.Value.StartsWith("eventlog", StringComparison.Ordinal)
            || (jail.HasOwnJournalMatch && jail.SystemdIfNoLogs.Value);
        if (!isJournal && jail.LogPaths.Count == 0 && !_problems.HasErrors)
        {
            _problems.Warn(
                ProblemCodes.NoLogPath,
                "The jail has no logpath, so it reads nothing. Write logpath = /path/of/the.log, or backend = systemd to read the journal.",
                Option(JailOptionNames.LogPath)?.Location ?? jail.Location);
        }
    }
}
