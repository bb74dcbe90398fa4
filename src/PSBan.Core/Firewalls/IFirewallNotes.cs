namespace PSBan.Firewalls;

/// <summary>A packet filter that works, but not in every respect; asked after opening it.</summary>
public interface IFirewallNotes
{
    /// <summary>What does not work, one sentence an entry; empty where all does. Never throws.</summary>
    IReadOnlyList<string> Notes { get; }
}
