using System.Management.Automation;
using PSBan.Binding;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Commands;

/// <summary>Reads a configuration as the watch would, and hands out everything that is wrong or odd in it, with file and line. No output: nothing is wrong.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BanConfiguration")]
[OutputType(typeof(Problem), typeof(bool))]
public sealed class TestBanConfigurationCommand : BanCommand
{
    /// <summary>The configuration directory, in fail2ban's format.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    /// <summary>The jails to look at; every enabled one when nothing is said.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfiguredJailCompleter))]
    public string[] Jail { get; set; } = [];

    /// <summary>Answers whether there is no error, and says no more; warnings do not count.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        string? path = ConfigurationDirectory.Resolve(this, ConfigPath);
        WatchPlan plan = Wait(Task.Run(() => WatchPlan.Load(new WatchOptions { ConfigPath = path, Jails = Jail }), CancelToken));
        var jails = new NamePatterns(Jail);
        List<Problem> problems = [.. plan.Problems.Where(problem => problem.Jail is null || jails.IsMatch(problem.Jail))];
        WriteVerbose($"{plan.Configuration.JailNames.Count} jails are named, {plan.JailNames.Count()} can run: {string.Join(", ", plan.JailNames)}.");
        if (Quiet)
        {
            WriteObject(!problems.Exists(problem => problem.Severity == ProblemSeverity.Error));
            return;
        }

        foreach (Problem problem in problems)
        {
            WriteObject(problem);
        }

        foreach (string name in Jail.Where(NamePatterns.IsLiteral).Except(plan.Configuration.JailNames, StringComparer.OrdinalIgnoreCase))
        {
            WriteError(Errors.JailNotConfigured(name));
        }
    }
}
