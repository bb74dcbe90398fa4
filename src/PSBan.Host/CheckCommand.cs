using System.CommandLine;
using System.Text.Json;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Host;

/// <summary><c>psban check</c>: reads a configuration and prints every problem with file and line.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo?> config = CommonOptions.Config();
        Option<bool> json = CommonOptions.Json("Print the problems as one JSON array.");
        var command = new Command("check", "Read a configuration and print every problem with file and line. Ends with 1 where there is an error; warnings alone end with 0.") { config, json };
        command.SetAction(arguments => Run(CommonOptions.ConfigPath(arguments.GetValue(config)), arguments.GetValue(json)));
        return command;
    }

    private static int Run(string? configPath, bool json)
    {
        WatchPlan check = WatchPlan.Load(new WatchOptions { ConfigPath = configPath });
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(check.Problems, HostJson.Default.IReadOnlyListProblem));
        }
        else
        {
            foreach (Problem problem in check.Problems)
            {
                Console.Out.WriteLine(problem);
            }

            int errors = check.Problems.Count(problem => problem.Severity == ProblemSeverity.Error);
            Console.Out.WriteLine(
                $"{check.Configuration.Jails.Count} of {check.Configuration.JailNames.Count} jails are enabled and can run; {errors} errors, {check.Problems.Count - errors} warnings.");
        }

        return check.Problems.Any(problem => problem.Severity == ProblemSeverity.Error) ? ExitCode.Problems : ExitCode.Good;
    }
}
