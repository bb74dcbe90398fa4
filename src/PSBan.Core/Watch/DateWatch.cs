using PSBan.Model;

namespace PSBan.Watch;

/// <summary>Notices logs in whose first lines a jail recognises no date at all: a wrong datepattern or a wrong file, which would otherwise pass in silence.</summary>
/// <param name="dateOf">Reads the stamp of a line.</param>
internal sealed class DateWatch(Func<string, DateTimeOffset?> dateOf)
{
    private const int Enough = 50;
    private const int MostLogs = 1000;

    private readonly Dictionary<string, int> _undated = new(StringComparer.Ordinal);

    /// <summary>Looks at the lines of a block, as long as it is not decided.</summary>
    /// <returns>What is to be said; null where there is nothing, or not yet.</returns>
    public string? Look(LogBlock block)
    {
        int undated = _undated.GetValueOrDefault(block.Source);
        if (block.Times is not null || undated < 0 || _undated.Count > MostLogs)
        {
            return null;
        }

        foreach (LogLine line in new LogBlockLines(block))
        {
            if (line.Text.IsWhiteSpace())
            {
                continue;
            }

            if (dateOf(line.Text.ToString()) is not null)
            {
                undated = -1;
                break;
            }

            if (++undated >= Enough)
            {
                break;
            }
        }

        _undated[block.Source] = undated >= Enough ? -1 : undated;
        return undated >= Enough
            ? $"None of the first {Enough} lines carries a date that the jail recognises. Lines that are written now count as of now, older ones are not looked at; check logpath, or write a datepattern."
            : null;
    }
}
