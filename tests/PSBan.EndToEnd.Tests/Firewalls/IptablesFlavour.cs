namespace PSBan.EndToEnd.Firewalls;

/// <summary>A folder in which the names iptables and ip6tables stand for one flavour, as update-alternatives would have it.</summary>
public sealed class IptablesFlavour : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-");

    private IptablesFlavour(string program)
    {
        foreach (string name in new[] { "iptables", "ip6tables" }.SelectMany(tool => new[] { tool, tool + "-save", tool + "-restore" }))
        {
            File.CreateSymbolicLink(Path.Combine(_folder.FullName, name), program);
        }
    }

    public string Folder => _folder.FullName;

    /// <summary>The flavour <c>nft</c> or <c>legacy</c>.</summary>
    public static IptablesFlavour Make(string flavour) => new($"/usr/sbin/xtables-{flavour}-multi");

    public void Dispose() => _folder.Delete(recursive: true);
}
