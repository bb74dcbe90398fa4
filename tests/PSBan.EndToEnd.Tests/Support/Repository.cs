namespace PSBan.EndToEnd.Support;

/// <summary>Where things lie in the checkout that the tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Psban { get; } = Path.Combine(Root, "out", "psban", "psban");

    /// <summary>A real sshd log that lies beside the checkout on its makers' machines; a stranger's clone has none.</summary>
    public static string SharedLog { get; } = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data", "OpenSSH_2k.log"));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PSBan.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside a checkout.");
    }
}

/// <summary>A fact that wants the real sshd log beside the checkout; skipped where it is not.</summary>
public sealed class SharedLogFactAttribute : FactAttribute
{
    public SharedLogFactAttribute() =>
        Skip = File.Exists(Repository.SharedLog) ? PSBan.Tests.Support.Requirements.Missing("nft", "iptables", "ip", "root") : $"needs {Repository.SharedLog}, which a clone does not carry";
}
