namespace PSBan.Sources;

/// <summary>How log files are read.</summary>
public sealed record FileSourceOptions
{
    /// <summary>The bytes of a line that are read when nothing else is said.</summary>
    public const int DefaultLineLimit = 1 << 20;

    /// <summary>The encoding of the files, as in <c>logencoding</c>: <c>auto</c> or a name that <see cref="LogEncoding.Find"/> knows. A byte order mark outweighs it.</summary>
    /// <value>The default is <c>auto</c>, which is UTF-8.</value>
    public string Encoding { get; init; } = "auto";

    /// <summary>How many bytes of a line are read; the rest of it is passed over and said.</summary>
    /// <value>The default is 1 MiB; it is not less than 4 KiB.</value>
    public int LineLimit { get; init; } = DefaultLineLimit;

    /// <summary>How often files are looked at when the system tells of no change.</summary>
    /// <value>The default is one second.</value>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether the system is asked to tell of changes (inotify, ReadDirectoryChangesW), so that a line arrives within about a millisecond.</summary>
    /// <value>The default is true.</value>
    public bool Notifications { get; init; } = true;

    /// <summary>How long a file that was rotated away and grows no more is kept open, since its writer may not have noticed yet.</summary>
    /// <value>The default is one minute; on Windows none, because an open file would keep its name in use.</value>
    public TimeSpan RotationGrace { get; init; } = OperatingSystem.IsWindows() ? TimeSpan.Zero : TimeSpan.FromMinutes(1);

    /// <summary>The clock behind <see cref="PollInterval"/> and <see cref="RotationGrace"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
