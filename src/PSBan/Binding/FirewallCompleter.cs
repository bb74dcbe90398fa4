namespace PSBan.Binding;

/// <summary>Offers the packet filters that this operating system can have.</summary>
public sealed class FirewallCompleter : BanCompleter
{
    /// <summary>The name of the packet filter that only writes down what it would do.</summary>
    internal const string DryRun = "dry-run";

    private static readonly Candidate s_dryRun = new(DryRun, "Counts and decides, and leaves the packet filter alone");

    private protected override Task<IReadOnlyList<Candidate>> FindAsync(CompletionRequest request, CancellationToken cancelToken)
    {
        IReadOnlyList<Candidate> candidates = OperatingSystem.IsWindows()
            ? [new("windows-firewall", "The Windows Firewall, through netsh"), s_dryRun]
            : [new("nft", "nftables: a table and sets of our own"), new("iptables", "iptables and ip6tables: a chain of our own"), new("ipset", "iptables with sets"), s_dryRun];
        return Task.FromResult(candidates);
    }
}
