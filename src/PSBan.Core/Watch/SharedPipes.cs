using PSBan.Model;
using PSBan.Sources;

namespace PSBan.Watch;

/// <summary>
/// Named pipes that more than one reader would read. What is written to a pipe goes to whoever reads first, so each of them would see a part of the lines and no
/// jail all of them. Jails with the same entry of <c>logpath</c> and the same <c>logencoding</c> share one reader, and get every line.
/// </summary>
internal static class SharedPipes
{
    /// <summary>Warns of each.</summary>
    /// <param name="jails">The jails that are to run.</param>
    public static IEnumerable<Problem> Of(IEnumerable<JailPlan> jails)
    {
        Dictionary<SourceKey, IReadOnlyDictionary<object, string>> pipes = [];
        Dictionary<object, (SourceKey Reader, string Jail)> taken = [];
        HashSet<object> told = [];
        foreach (JailPlan jail in jails)
        {
            foreach (SourcePlan source in jail.Sources.Where(source => source.Glob is not null))
            {
                SourceKey reader = new(source.Key, source.AtEnd);
                pipes.TryAdd(reader, LogSources.Pipes(source.Glob!));
                foreach ((object pipe, string path) in pipes[reader])
                {
                    (SourceKey Reader, string Jail) first = taken.GetValueOrDefault(pipe, (reader, jail.Options.Name));
                    taken.TryAdd(pipe, first);
                    if (first.Reader != reader && told.Add(pipe))
                    {
                        yield return Warning(path, first.Jail, first.Reader, jail, reader);
                    }
                }
            }
        }
    }

    private static Problem Warning(string path, string first, SourceKey one, JailPlan jail, SourceKey other)
    {
        string who = first == jail.Options.Name ? $"The jail reads the named pipe '{path}' twice" : $"The jails '{first}' and '{jail.Options.Name}' read the named pipe '{path}' apart from each other";
        string how = one.Name == other.Name ? "once with 'head' and once with 'tail'" : $"as '{one.Name}' and as '{other.Name}'";
        return new Problem(
            ProblemSeverity.Warning,
            "PipeShared",
            $"{who}, {how}; each gets only a part of the lines. Write the same logpath and logencoding, so that they share one reader.",
            jail.Options.Location,
            jail.Options.Name);
    }
}
