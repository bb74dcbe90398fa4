using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Collects the problems of one jail, or of none, and remembers whether one of them stops it.</summary>
internal sealed class ProblemScope(ICollection<Problem> problems, string? jail)
{
    private readonly ICollection<Problem> _problems = problems;

    /// <summary>The jail; null where it is none or all.</summary>
    public string? Jail { get; } = jail;

    /// <summary>Whether an error was reported.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Reports something that cannot be used.</summary>
    public void Error(string code, string message, SourceLocation location) => Add(new Problem(ProblemSeverity.Error, code, message, location));

    /// <summary>Reports something that is probably not meant as written.</summary>
    public void Warn(string code, string message, SourceLocation location) => Add(new Problem(ProblemSeverity.Warning, code, message, location));

    /// <summary>Reports a problem found elsewhere. One warning about <c>[DEFAULT]</c> is enough, however many jails meet it.</summary>
    public void Add(Problem problem)
    {
        HasErrors |= problem.Severity == ProblemSeverity.Error;
        Problem own = problem with { Jail = Jail };
        if (_problems.Contains(own))
        {
            return;
        }

        Problem? other = problem.Severity == ProblemSeverity.Warning ? _problems.FirstOrDefault(known => known with { Jail = Jail } == own) : null;
        if (other is null)
        {
            _problems.Add(own);
        }
        else if (other.Jail is not null)
        {
            _problems.Remove(other);
            _problems.Add(own with { Jail = null });
        }
    }
}
