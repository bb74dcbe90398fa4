namespace PSBan.EndToEnd.Support;

/// <summary>The stock configuration of the checkout, because a test's own folder carries none.</summary>
public static class DefaultPathsForTests
{
    public static string Stock { get; } = Path.Combine(Repository.Root, "module", "config");
}
