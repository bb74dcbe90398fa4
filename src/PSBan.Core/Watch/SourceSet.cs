using PSBan.Model;

namespace PSBan.Watch;

/// <summary>
/// The readers of a watch: one for each source, however many jails read it. While jails come, change and go, a reader that somebody still reads is not
/// interrupted, and what takes the place of another begins where that stood, so that no jail misses a line or gets one twice. Used on the loop.
/// </summary>
/// <param name="positions">How far logs were read.</param>
/// <param name="tools">What the watch shares.</param>
internal sealed class SourceSet(PositionBook positions, WatchTools tools)
{
    private readonly Dictionary<SourceRun, CrewMember> _working = [];
    private volatile IReadOnlyList<SourceRun> _runs = [];
    private long _linesOfGone;

    /// <summary>The logs that are followed.</summary>
    public IReadOnlyList<SourceInfo> Infos => SourceRun.Merge(_runs);

    /// <summary>How many lines were read since the start.</summary>
    public long Lines => _linesOfGone + Infos.Sum(log => log.Lines);

    /// <summary>Notices logs that have fallen silent.</summary>
    public void Tick()
    {
        foreach (SourceRun run in _runs)
        {
            run.Tick();
        }
    }

    /// <summary>
    /// Whether each jail stands at the same place in the log that it reads now and under the reader that it is to get it from, where others read that already.
    /// </summary>
    /// <param name="jails">The jails as they are, with the sources they are to have.</param>
    public bool AreLevel(IEnumerable<(JailRun Jail, IReadOnlyList<SourcePlan> Sources)> jails)
    {
        foreach ((JailRun jail, IReadOnlyList<SourcePlan> sources) in jails)
        {
            SourceRun[] before = [.. _runs.Where(run => run.Jails.Contains(jail))];
            foreach (SourceRun after in _runs.Where(run => !before.Contains(run) && sources.Any(source => KeyOf(source) == run.Key)))
            {
                IReadOnlyDictionary<string, LogPosition> there = after.Places;
                if (before.SelectMany(run => run.Places).Any(place => after.Followed.Contains(place.Key) && !IsSame(place.Value, there.GetValueOrDefault(place.Key))))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Groups jails by what they read, and lets go of readers that nobody reads any more.</summary>
    /// <param name="jails">The jails.</param>
    /// <returns>Readers that are to be stopped, beside the loop.</returns>
    public IReadOnlyList<CrewMember> Arrange(IReadOnlyList<JailRun> jails)
    {
        Dictionary<SourceKey, SourceRun> known = _runs.ToDictionary(run => run.Key);
        List<(SourceRun Run, JailRun[] Jails)> groups = [];
        foreach (var group in jails.SelectMany(jail => jail.SourcePlans.Select(plan => (jail, plan))).GroupBy(pair => KeyOf(pair.plan)))
        {
            JailRun[] readers = [.. group.Select(pair => pair.jail).Distinct()];
            SourceRun run = known.GetValueOrDefault(group.Key) ?? new SourceRun(group.First().plan, PlacesOf(readers), positions, tools);
            groups.Add((run, readers));
        }

        // Those that give a log away come first, so that those that take it find it free.
        List<CrewMember> stopping = [];
        foreach (SourceRun gone in _runs.Except(groups.Select(group => group.Run)))
        {
            _linesOfGone += gone.Infos.Sum(log => log.Lines);
            gone.SetJails([]);
            if (_working.Remove(gone, out CrewMember? member))
            {
                stopping.Add(member);
            }
        }

        foreach ((SourceRun run, JailRun[] readers) in groups)
        {
            run.SetJails([.. run.Jails.Where(readers.Contains)]);
        }

        foreach ((SourceRun run, JailRun[] readers) in groups)
        {
            run.SetJails(readers);
        }

        _runs = [.. groups.Select(group => group.Run)];
        return stopping;
    }

    /// <summary>Lets the readers work that do not yet.</summary>
    public void Start(TaskCrew crew)
    {
        foreach (SourceRun run in _runs.Where(run => !_working.ContainsKey(run)))
        {
            _working.Add(run, crew.Start(run.RunAsync));
        }
    }

    private static SourceKey KeyOf(SourcePlan plan) => new(plan.Key, plan.AtEnd);

    private static bool IsSame(LogPosition left, LogPosition? right) => left.Offset == (right?.Offset ?? 0) && left.Cursor == right?.Cursor;

    /// <summary>How far these jails have come in the logs that they read now; of several places the furthest.</summary>
    private Dictionary<string, LogPosition> PlacesOf(JailRun[] jails) => _runs
        .Where(run => run.Jails.Any(jails.Contains))
        .SelectMany(run => run.Places)
        .GroupBy(place => place.Key, StringComparer.Ordinal)
        .ToDictionary(places => places.Key, places => places.MaxBy(place => place.Value.Offset).Value, StringComparer.Ordinal);
}
