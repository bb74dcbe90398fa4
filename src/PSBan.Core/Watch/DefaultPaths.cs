namespace PSBan.Watch;

/// <summary>Where things lie when nothing else is said.</summary>
public static class DefaultPaths
{
    /// <summary>The configuration directory: <c>/etc/psban</c>, on Windows <c>%ProgramData%\PSBan\config</c>.</summary>
    public static string Config { get; } = OperatingSystem.IsWindows() ? Path.Combine(ProgramData, "config") : "/etc/psban";

    /// <summary>The state directory: <c>/var/lib/psban</c>, on Windows <c>%ProgramData%\PSBan\state</c>.</summary>
    public static string State { get; } = OperatingSystem.IsWindows() ? Path.Combine(ProgramData, "state") : "/var/lib/psban";

    /// <summary>The log of the program: <c>/var/log/psban.log</c>, on Windows <c>%ProgramData%\PSBan\psban.log</c>.</summary>
    public static string Log { get; } = OperatingSystem.IsWindows() ? Path.Combine(ProgramData, "psban.log") : "/var/log/psban.log";

    /// <summary>The stock configuration: the folder <c>config</c> beside this assembly.</summary>
    public static string StockConfig { get; } = Path.Combine(Path.GetDirectoryName(typeof(DefaultPaths).Assembly.Location) ?? AppContext.BaseDirectory, "config");

    private static string ProgramData => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "PSBan");
}
