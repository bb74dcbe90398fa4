namespace PSBan.Tests.Support;

/// <summary>Looks for the parts of the machine that a test wants.</summary>
public static class Requirements
{
    /// <summary>Names the first missing part as a skip reason; null where all are there or none may be missing.</summary>
    /// <param name="needs">Names of programs on the path, <c>root</c>, <c>netns</c> (the right to make network namespaces), or absolute paths of files or folders.</param>
    public static string? Missing(params string[] needs)
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("PSBAN_TEST_REQUIRE")))
        {
            return null;
        }

        string? missing = needs.FirstOrDefault(need => !IsHere(need));
        return missing is null ? null : $"needs {missing}, which this machine does not have";
    }

    private static bool IsHere(string need) => need switch
    {
        "root" => Environment.IsPrivilegedProcess,
        "linux" => OperatingSystem.IsLinux(),
        "netns" => MayMakeNamespaces(),
        _ when Path.IsPathRooted(need) => Path.Exists(need),
        _ => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(["/usr/sbin", "/sbin", "/usr/lib/wine"])
            .Any(folder => File.Exists(Path.Combine(folder, need))),
    };

    // Root in a container mostly lacks what `ip netns add` needs: CAP_SYS_ADMIN (21) and CAP_NET_ADMIN (12), capabilities(7).
    private static bool MayMakeNamespaces()
    {
        const string status = "/proc/self/status", label = "CapEff:";
        const ulong needed = (1UL << 21) | (1UL << 12);
        string? line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal)) : null;
        return line is not null && (Convert.ToUInt64(line[label.Length..].Trim(), 16) & needed) == needed;
    }
}
