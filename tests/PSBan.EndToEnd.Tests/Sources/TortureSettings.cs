using System.Globalization;

namespace PSBan.EndToEnd.Sources;

/// <summary>How long and with which choices logs are tortured.</summary>
internal static class TortureSettings
{
    /// <summary>What chance begins with.</summary>
    public static int Seed => Number("PSBAN_TORTURE_SEED") ?? Random.Shared.Next();

    // Those that do not hold yet, and those that do not where the reader dies every few dozen milliseconds: now and then lines are lost or come twice.
    private static readonly string[] s_notYet = ["copytruncate, all in a glob", "everything"];
    private static readonly string[] s_notYetDying = ["rename, all in a glob", "rename to a date, all in a glob", "copytruncate", "compress"];

    /// <summary>Whether a kind of rotation is wanted: one, or all.</summary>
    /// <param name="scene">The kind.</param>
    /// <param name="dies">Whether the reader dies all the time.</param>
    public static bool IsWanted(TortureScene scene, bool dies = false) =>
        Environment.GetEnvironmentVariable("PSBAN_TORTURE_ONLY") is { Length: > 0 } only ? scene.Name == only : !s_notYet.Contains(scene.Name) && !(dies && s_notYetDying.Contains(scene.Name));

    /// <summary>How long it takes.</summary>
    /// <param name="otherwise">Seconds, where nothing is said.</param>
    public static TimeSpan Time(int otherwise) => TimeSpan.FromSeconds(Number("PSBAN_TORTURE_SECONDS") ?? otherwise);

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
