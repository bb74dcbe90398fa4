using System.Globalization;

namespace PSBan.EndToEnd.Sources;

/// <summary>How long and with which choices logs are tortured.</summary>
internal static class TortureSettings
{
    /// <summary>What chance begins with.</summary>
    public static int Seed => Number("PSBAN_TORTURE_SEED") ?? Random.Shared.Next();

    /// <summary>Whether a kind of rotation is wanted: those named, separated by semicolons, or all.</summary>
    /// <param name="scene">The kind.</param>
    public static bool IsWanted(TortureScene scene) =>
        Environment.GetEnvironmentVariable("PSBAN_TORTURE_ONLY") is not { Length: > 0 } only || only.Split(';', StringSplitOptions.TrimEntries).Contains(scene.Name);

    /// <summary>How long it takes.</summary>
    /// <param name="otherwise">Seconds, where nothing is said.</param>
    public static TimeSpan Time(int otherwise) => TimeSpan.FromSeconds(Number("PSBAN_TORTURE_SECONDS") ?? otherwise);

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
