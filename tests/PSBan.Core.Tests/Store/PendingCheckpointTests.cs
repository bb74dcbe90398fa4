using PSBan.Model;
using PSBan.Store;
using static PSBan.Tests.Store.StoreFolder;

namespace PSBan.Tests.Store;

public sealed class PendingCheckpointTests
{
    [Fact]
    public void What_waits_comes_to_the_same_as_one_after_the_other()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            MemoryStore single = new(), gathered = new();
            PendingCheckpoint pending = new();
            for (int i = random.Next(1, 30); i > 0; i--)
            {
                Checkpoint checkpoint = Any(random, 3 * i);
                single.Save(checkpoint);
                pending.Add(checkpoint);
                if (random.Next(4) == 0)
                {
                    gathered.Save(pending.Whole());
                    pending.Clear();
                    Assert.True(pending.IsEmpty);
                }
            }

            gathered.Save(pending.Whole());
            Assert.Equal(Describe(single), Describe(gathered));
        }
    }

    [Fact]
    public void Bans_that_come_and_go_while_a_disk_is_full_do_not_fill_the_memory()
    {
        PendingCheckpoint pending = new(mostEnded: 100);
        Ban stored = Ban("192.0.2.250"), standing = Ban("192.0.2.251");
        pending.Add(Bans(Ended(stored, 5), Entered(standing)));
        for (int i = 0; i < 1000; i++)
        {
            Ban ban = Ban("192.0.2.1", i);
            pending.Add(Bans(Entered(ban), Ended(ban, i + 1)));
        }

        IReadOnlyList<BanChange> changes = Assert.Single(pending.Whole().Jails).Bans;
        Assert.InRange(changes.Count, 100, 202);
        Assert.Contains(changes, change => change.Ban.Id == stored.Id && change.Kind == BanChangeKind.Ended);
        Assert.Contains(changes, change => change.Ban.Id == standing.Id && change.Kind == BanChangeKind.Entered);
        Assert.Equal(At(999), changes[^1].Ban.Time);
        Assert.Equal(1000, pending.Dropped + changes.Count(change => change.Kind == BanChangeKind.Ended) - 1);
    }

    private static Failure Failure(int number) => new(BanId.FromText($"192.0.2.{number}"), At(number), [], new Dictionary<string, string>(), 0, 0);

    private static Checkpoint Any(Random random, int first)
    {
        List<BanChange> bans = [];
        for (int i = random.Next(4); i > 0; i--)
        {
            Ban ban = Ban($"192.0.2.{random.Next(3)}", random.Next(100), random.Next(1, 9));
            bans.Add(random.Next(3) switch
            {
                0 => Entered(ban),
                1 => new BanChange(BanChangeKind.Changed, ban),
                _ => Ended(ban, 5, (BanEnd)random.Next(3)),
            });
        }

        JailChanges changes = new("sshd", random.Next(99), random.Next(99))
        {
            Bans = bans,
            Forgotten = [.. Enumerable.Range(0, random.Next(2)).Select(_ => BanId.FromText($"192.0.2.{random.Next(3)}"))],
            Settled = [.. Enumerable.Range(first - 5, 5).Where(_ => random.Next(2) == 0).Select(number => (long)number)],
            Waiting = [.. Enumerable.Range(first, random.Next(3)).Select(number => new WaitingFailure(number, Failure(number), null))],
            Tracked = [.. Enumerable.Range(0, random.Next(3)).Select(i => new TrackedFailures(BanId.FromText($"192.0.2.{i}"), [At(random.Next(99))], []))],
        };
        return Position($"/var/log/{random.Next(3)}", random.Next(99)) with { Jails = random.Next(3) == 0 ? [] : [changes] };
    }

    private static string Describe(MemoryStore store)
    {
        StoredState state = store.Load();
        IEnumerable<string> lines =
        [
            .. state.Positions.Select(pair => $"{pair.Key} {pair.Value}"),
            .. state.Jails.Values.Select(jail => $"{jail.TotalFailed} {jail.TotalBanned}"),
            .. state.Jails.Values.SelectMany(jail => jail.Tracked).Select(tracked => $"{tracked.Id} {string.Join(' ', tracked.Times)}"),
            .. state.Jails.Values.SelectMany(jail => jail.Waiting).Select(waiting => $"{waiting.Number} {waiting.Failure.Id}"),
            .. state.Bans.Select(ban => $"{ban.Id} {ban.Time} {ban.Duration}"),
            .. state.Offenders.Select(offender => offender.ToString()),
            .. store.ReadHistory(new HistoryQuery()).Select(entry => $"{entry.Id} {entry.Time} {entry.Duration} {entry.End}"),
        ];
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }
}
