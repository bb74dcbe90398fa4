using System.Globalization;
using PSBan.Model;
using PSBan.Sources;
using static PSBan.Tests.Sources.RotationTests;

namespace PSBan.Tests.Sources;

public class BacklogTests
{
    private const int Files = 12;
    private const int Chains = 200;

    [Fact]
    public async Task Files_are_found_while_their_numbers_are_being_shifted()
    {
        using TempFolder folder = new();
        string log = folder.Write("a.log", "the newest, which has nothing to do with it\n");
        LogPosition? place = null;
        for (int number = Files; number >= 1; number--)
        {
            string text = Numbered(number * 100, (number * 100) + 50);
            await using (Follower follower = new(new FileLogSource(folder.Write($"a.log.{number}", text), Quick)))
            {
                await follower.Until(() => follower.Text.Length == text.Length);
                place ??= follower.Blocks[^1].Position;
            }
        }

        string current = folder.Write("current", "1\n");
        int chains = 0;
        bool isOver = false;
        Task shifting = Task.Run(async () =>
        {
            for (int by = 1; !Volatile.Read(ref isOver); by = -by)
            {
                // Up by one, the highest number first, and down again.
                foreach (int number in by > 0 ? Enumerable.Range(1, Files).Reverse() : Enumerable.Range(2, Files))
                {
                    File.Move(Name(number), Name(number + by));
                }

                Interlocked.Increment(ref chains);

                // Rotation rests now and then, or no look could see it still.
                await Task.Delay(10);
            }
        });
        try
        {
            while (Volatile.Read(ref chains) < Chains)
            {
                using TailedFile now = TailedFile.Open(current, log, LogEncoding.Utf8);
                Backlog backlog = Backlog.Of(now, log, [place!], LogEncoding.Utf8, (_, _) => false);
                Assert.Equal(Files, backlog.Files.Count);
                foreach (TailedFile file in backlog.Files)
                {
                    file.Dispose();
                }
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            await shifting;
        }

        string Name(int number) => folder[string.Create(CultureInfo.InvariantCulture, $"a.log.{number}")];
    }
}
