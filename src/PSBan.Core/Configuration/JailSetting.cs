using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>One option as a jail sees it.</summary>
/// <param name="Name">The name of the option.</param>
/// <param name="Raw">The value as it is written.</param>
/// <param name="Value">The value with its references resolved; null where they cannot be.</param>
/// <param name="Location">Where the option is written.</param>
/// <param name="IsOwn">Whether the jail itself says it, and not <c>[DEFAULT]</c>.</param>
public sealed record JailSetting(string Name, string Raw, Located<string>? Value, SourceLocation Location, bool IsOwn);
