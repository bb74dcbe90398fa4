using System.Buffers;
using System.Globalization;
using PSBan.Model;

namespace PSBan.Firewalls.Command;

/// <summary>The numbers of a jail that actions may ask for.</summary>
/// <param name="Banned">How many are banned (<c>jail.banned</c>).</param>
/// <param name="TotalBanned">How many bans there were (<c>jail.banned_total</c>).</param>
/// <param name="Failed">How many are counted (<c>jail.found</c>).</param>
/// <param name="TotalFailed">How many failures there were (<c>jail.found_total</c>).</param>
internal readonly record struct JailNumbers(long Banned, long TotalBanned, long Failed, long TotalFailed);

/// <summary>What the tags of one run of an action stand for.</summary>
/// <param name="Jail">The name of the jail.</param>
/// <param name="Ban">The ban; null for commands that concern none, such as <c>actionstart</c>.</param>
/// <param name="Family">The address family where there is no ban to tell.</param>
/// <param name="Now">The time for commands that concern no ban.</param>
/// <param name="Numbers">The numbers of the jail.</param>
internal sealed record CommandTicket(string Jail, Ban? Ban, string Family, DateTimeOffset Now, JailNumbers Numbers)
{
    private const string Capture = "F-";
    private static readonly SearchValues<char> s_captureCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    /// <summary>What <c>bantime</c> stands for where there is no ban.</summary>
    public Duration BanTime { get; init; } = Duration.Permanent;

    /// <summary>The names of hosts, looked up beforehand where the command asks for them.</summary>
    public CommandHosts Hosts { get; init; } = CommandHosts.None;

    /// <summary>All bans of the identifier, looked up beforehand where the command asks for them; null where it does not, or nothing is known but the ban itself.</summary>
    public BanPast? Past { get; init; }

    /// <summary>All its bans in this jail, likewise.</summary>
    public BanPast? PastOfJail { get; init; }

    /// <summary>The address that is meant: the banned one, or the captured one where something else is banned; null where there is none.</summary>
    public Address? Address => Ban is null ? null : !Ban.Address.IsDefault ? Ban.Address : Model.Address.TryParse(CapturedAddress(Ban), out Address captured) ? captured : null;

    /// <summary>The address family of a ban: <c>inet4</c>, <c>inet6</c>, or empty for what is no address.</summary>
    /// <param name="id">What is banned.</param>
    public static string FamilyOf(BanId id) => !id.IsAddress ? "" : id.Address.IsIPv6 ? "inet6" : "inet4";

    /// <summary>The value of a tag; null where the name means nothing.</summary>
    /// <param name="tag">The tag, without its brackets.</param>
    public TagValue? ValueOf(string tag) => tag switch
    {
        "br" => new TagValue(tag, "\n", IsTrusted: true),
        "sp" => new TagValue(tag, " ", IsTrusted: true),
        "fq-hostname" => new TagValue(tag, Hosts.FullName),
        "sh-hostname" => new TagValue(tag, Hosts.ShortName),
        _ when Text(tag) is { } text => new TagValue(tag, text),
        _ when IsCapture(tag) => Captured(tag),
        _ => null,
    };

    private string? Text(string tag) => tag switch
    {
        "ip" => Ban is null ? "" : CapturedAddress(Ban) is { } captured && !Ban.Id.IsAddress ? captured : Ban.Id.ToString(),
        "fid" => Ban?.Id.ToString() ?? "",
        "family" => Ban is null ? Family : FamilyOf(Ban.Id) is { Length: > 0 } family ? family : "None",
        "ip-rev" => Address is { } address ? ReversedAddress.Of(address) : "",
        "ip-host" => Hosts.Peer ?? "None",
        "failures" => Print(Ban?.Failures ?? 0),
        "ipfailures" => Print(Past?.Failures ?? Ban?.Failures ?? 0),
        "ipjailfailures" => Print(PastOfJail?.Failures ?? Ban?.Failures ?? 0),
        "time" => Print((Ban?.Time ?? Now).ToUnixTimeSeconds()),
        "bantime" => (Ban?.Duration ?? BanTime) is { IsPermanent: false } time ? Print((long)time.TotalSeconds) : "-1",
        "bancount" => Print(Ban?.Count ?? 0),
        "matches" => string.Join('\n', Ban?.Matches ?? []),
        "ipmatches" => string.Join('\n', Past?.Matches ?? Ban?.Matches ?? []),
        "ipjailmatches" => string.Join('\n', PastOfJail?.Matches ?? Ban?.Matches ?? []),
        "restored" => Ban?.Restored == true ? "1" : "0",
        "F-*" => string.Join(", ", Ban?.Data.Select(pair => $"{pair.Key}: {pair.Value}") ?? []),
        "raw-ticket" => Ban is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{Ban.Jail}: {Ban.Id} {Ban.Time:O} {Ban.Duration} {Ban.Failures} [{string.Join(" | ", Ban.Matches)}]"),
        "jail.name" => Jail,
        "jail.banned" => Print(Numbers.Banned),
        "jail.banned_total" => Print(Numbers.TotalBanned),
        "jail.found" => Print(Numbers.Failed),
        "jail.found_total" => Print(Numbers.TotalFailed),
        _ => null,
    };

    private TagValue Captured(string tag)
    {
        string name = tag[Capture.Length..].ToLowerInvariant() switch { "id" => "fid", "port" => "fport", var other => other };
        return new TagValue("F_" + name, Ban?.Data.GetValueOrDefault(name) ?? "");
    }

    private static bool IsCapture(string tag) =>
        tag.Length > Capture.Length && tag.StartsWith(Capture, StringComparison.Ordinal)
        && tag.AsSpan(Capture.Length).IndexOfAnyExcept(s_captureCharacters) < 0;

    private static string? CapturedAddress(Ban ban) => ban.Data.GetValueOrDefault("ip4") ?? ban.Data.GetValueOrDefault("ip6");

    private static string Print(long number) => number.ToString(CultureInfo.InvariantCulture);
}
