using System.Diagnostics;
using System.Text.Json.Nodes;
using PSBan.EndToEnd.Support;

namespace PSBan.EndToEnd.Tests.SampleLogs;

/// <summary>Whatever instructions a processor has for the search in logs, the report is the same.</summary>
public sealed class InstructionSetTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512F")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task A_processor_without_some_instructions_comes_to_the_same_report(string instructions)
    {
        string log = Path.Combine(Repository.Root, "tests", "samples", "sshd.log");

        JsonNode with = await TestAsync(log), without = await TestAsync(log, instructions);

        Assert.True((int?)with["matched"] > 10);
        Assert.True(JsonNode.DeepEquals(with, without));
    }

    private static async Task<JsonNode> TestAsync(string log, string? without = null)
    {
        ProcessStartInfo start = new(Repository.Psban, ["test", "--log", log, "--filter", "sshd", "--json"]) { RedirectStandardOutput = true };
        if (without is not null)
        {
            start.Environment[without] = "0";
        }

        using Process test = Process.Start(start)!;
        JsonNode report = JsonNode.Parse(await test.StandardOutput.ReadToEndAsync())!;
        await test.WaitForExitAsync();
        report["elapsedSeconds"] = 0;
        return report;
    }
}
