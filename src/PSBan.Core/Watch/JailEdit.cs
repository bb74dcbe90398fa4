using System.Globalization;
using PSBan.Configuration;
using PSBan.Control;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>A jail's settings with some of them changed by hand.</summary>
internal sealed class JailEdit
{
    private readonly List<string> _words = [];
    private readonly HashSet<string> _given = [];

    private JailEdit(JailPlan plan) => Plan = plan;

    /// <summary>The settings as they are to be.</summary>
    public JailPlan Plan { get; private set; }

    /// <summary>Changes settings.</summary>
    /// <exception cref="ControlException">A value cannot be used, or there is none.</exception>
    public static JailEdit Of(JailPlan plan, JailSettings settings)
    {
        var edit = new JailEdit(plan);
        edit.Apply(settings);
        return edit._words.Count > 0 ? edit : throw new ControlException(ControlErrorCode.BadRequest, "There is nothing to change.");
    }

    /// <summary>Refuses an entry of the list that was given by hand; what the configuration has wrong has been told.</summary>
    /// <exception cref="ControlException">It is one.</exception>
    public void ThrowIfGiven(Problem problem)
    {
        if (problem.Location.File is null && _given.Count > 0)
        {
            throw new ControlException(ControlErrorCode.BadRequest, problem.Message);
        }
    }

    /// <summary>What was changed: <c>maxretry 5 -> 3, bantime 10m -> 1h</c>.</summary>
    public override string ToString() => string.Join(", ", _words);

    private void Apply(JailSettings settings)
    {
        JailOptions options = Plan.Options;
        if (settings.MaxRetry is { } maxRetry)
        {
            Require(maxRetry >= 1, "maxretry must be 1 or more.");
            Note("maxretry", options.MaxRetry.Value.ToString(CultureInfo.InvariantCulture), maxRetry.ToString(CultureInfo.InvariantCulture));
            options = options with { MaxRetry = new Located<int>(maxRetry, default) };
        }

        if (settings.FindTime is { } findTime)
        {
            Require(!findTime.IsPermanent && findTime > Duration.Zero, "findtime must be a time longer than nothing, such as 10m.");
            Note("findtime", options.FindTime.ToString(), findTime.ToString());
            options = options with { FindTime = new Located<Duration>(findTime, default) };
        }

        if (settings.BanTime is { } banTime)
        {
            Require(banTime.IsPermanent || banTime.TotalSeconds >= 1, "bantime must be one second or longer, such as 10m, or -1 for ever.");
            Duration whole = banTime.IsPermanent ? banTime : Duration.FromSeconds(Math.Truncate(banTime.TotalSeconds));
            Note("bantime", options.BanTime.ToString(), whole.ToString());
            options = options with { BanTime = new Located<Duration>(whole, default) };
        }

        options = options with { IgnoreIp = Ignored(options.IgnoreIp, settings) };
        Plan = Plan with { Options = options, Lines = Plan.Lines with { FindTime = options.FindTime.Value.IsPermanent ? null : options.FindTime.Value.ToTimeSpan() } };
    }

    private IReadOnlyList<Located<string>> Ignored(IReadOnlyList<Located<string>> before, JailSettings settings)
    {
        IReadOnlyList<Located<string>> list = settings.IgnoreIp is { } all ? [.. all.Select(Given)] : before;
        if (settings.AddIgnoreIp is { } more)
        {
            list = [.. list, .. more.Where(entry => !list.Any(other => IsSame(other.Value, entry))).Select(Given)];
        }

        if (settings.RemoveIgnoreIp is { } fewer)
        {
            string[] unknown = [.. fewer.Where(entry => !list.Any(other => IsSame(other.Value, entry)))];
            Require(unknown.Length == 0, $"The list of the jail has no entry {string.Join(", ", unknown)}; it has {(list.Count == 0 ? "none" : string.Join(", ", list))}.");
            list = [.. list.Where(entry => !fewer.Any(other => IsSame(other, entry.Value)))];
        }

        if ((settings.IgnoreIp ?? settings.AddIgnoreIp ?? settings.RemoveIgnoreIp) is not null)
        {
            Note("ignoreip", $"'{string.Join(' ', before)}'", $"'{string.Join(' ', list)}'");
        }

        return list;
    }

    // 192.0.2.1 and 192.0.2.1/32 are one entry.
    private static bool IsSame(string left, string right) =>
        Address.TryParse(left, out Address one) && Address.TryParse(right, out Address other) ? one == other : string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private Located<string> Given(string entry)
    {
        _given.Add(entry);
        return new Located<string>(entry, default);
    }

    private void Note(string name, string before, string after) => _words.Add($"{name} {before} -> {after}");

    private static void Require(bool isGood, string otherwise)
    {
        if (!isGood)
        {
            throw new ControlException(ControlErrorCode.BadRequest, otherwise);
        }
    }
}
