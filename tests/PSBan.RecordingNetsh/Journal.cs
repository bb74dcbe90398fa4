namespace PSBan.RecordingNetsh;

/// <summary>Writes down what was asked for, where the test says so.</summary>
internal static class Journal
{
    private static readonly string? s_path = Environment.GetEnvironmentVariable("PSBAN_NETSH_JOURNAL");

    public static void Write(string line)
    {
        if (s_path is not null)
        {
            File.AppendAllText(s_path, line + "\n");
        }
    }
}
