using PSBan.Jails;

namespace PSBan.Tests.Jails;

public class TextLogTests
{
    [Fact]
    public void Forgets_the_oldest_first_and_never_mixes_chains()
    {
        TextLog log = new(256 << 10, 1000);
        Random random = new(3);
        List<(long Position, string[] Chain)> chains = [];
        for (int i = 0; i < 20_000; i++)
        {
            (long last, string[] chain) = i % 3 == 0 || chains.Count == 0 ? (0, []) : chains[random.Next(Math.Max(0, chains.Count - 50), chains.Count)];
            string text = $"{i}:" + new string((char)random.Next(32, 3000), random.Next(0, 100));
            chains.Add((log.Append(last, text), [.. chain, text]));
        }

        int whole = 0;
        int gone = 0;
        foreach ((long position, string[] chain) in chains)
        {
            IReadOnlyList<string> read = log.Read(position, int.MaxValue);
            Assert.Equal(chain[^read.Count..], read);
            whole += read.Count == chain.Length ? 1 : 0;
            gone += read.Count == 0 ? 1 : 0;
        }

        Assert.InRange(whole, 500, 10_000);
        Assert.InRange(gone, 5_000, 19_500);
        Assert.Equal(chains[^1].Chain, log.Read(chains[^1].Position, int.MaxValue));
        Assert.Equal(chains[^1].Chain[^1..], log.Read(chains[^1].Position, 1));
    }

    [Fact]
    public void What_was_cleared_is_never_read_again()
    {
        TextLog log = new(256 << 10, 1000);
        List<long> positions = [];
        for (int round = 0; round < 20; round++)
        {
            long last = 0;
            string[] texts = [.. Enumerable.Range(0, 100 + (round * 70)).Select(i => $"{round}, {i}: {new string('x', i % 200)}")];
            foreach (string text in texts)
            {
                positions.Add(last = log.Append(last, text));
            }

            Assert.Equal(texts, log.Read(last, int.MaxValue));
            log.Clear();
            Assert.All(positions, position => Assert.Empty(log.Read(position, 1)));
        }
    }
}
