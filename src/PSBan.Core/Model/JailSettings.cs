namespace PSBan.Model;

/// <summary>Settings of a running jail to be changed by hand; what is null stays as it is.</summary>
public sealed record JailSettings
{
    /// <summary>The number of failures that bans.</summary>
    public int? MaxRetry { get; init; }

    /// <summary>The window that they must lie in.</summary>
    public Duration? FindTime { get; init; }

    /// <summary>The length of a ban; bans that stand keep theirs.</summary>
    public Duration? BanTime { get; init; }

    /// <summary>Who is never counted, in place of those who are not now.</summary>
    public IReadOnlyList<string>? IgnoreIp { get; init; }

    /// <summary>Who is never counted, besides those who are not now.</summary>
    public IReadOnlyList<string>? AddIgnoreIp { get; init; }

    /// <summary>Who is counted again, although the jail's list names it now.</summary>
    public IReadOnlyList<string>? RemoveIgnoreIp { get; init; }
}
