namespace PSBan.Matching.Dates;

/// <summary>
/// Finds the date of a line with a list of templates that sorts itself by use: what found the last date is tried first, and what finds dates
/// moves up. Stateful; one for each filter.
/// </summary>
/// <param name="templates">The templates, in order.</param>
/// <param name="clock">The clock that tells how long a template has not been used.</param>
internal sealed class DateDetector(IEnumerable<DateTemplate> templates, TimeProvider clock)
{
    // So many dates in a row at one place are taken for a habit.
    private const int LeastAlike = 3;

    private static readonly TimeSpan s_longUnused = TimeSpan.FromSeconds(300);

    private readonly List<Slot> _slots = [.. templates.Select(template => new Slot(template))];
    private DateSpan _last = DateSpan.Initial;
    private int _lastWinner = int.MaxValue;
    private DateTemplate? _lastTemplate;
    private int _firstUnused;
    private int _alike;

    /// <summary>Every template with the number of dates it found, in the present order.</summary>
    public IEnumerable<(DateTemplate Template, long Hits)> Usage => _slots.Select(slot => (slot.Template, slot.Hits));

    /// <summary>The layout of the last date, which is looked for first in the next line; null where only regexes can tell.</summary>
    public DateLayout? Expected { get; private set; }

    /// <summary>Takes note of lines that <see cref="Expected"/> accepts, as if each had been searched.</summary>
    /// <param name="line">The last of them.</param>
    /// <param name="date">Its date.</param>
    /// <param name="count">How many there are.</param>
    public void Repeat(ReadOnlySpan<char> line, in FoundDate date, long count = 1) => Record(line, date.Start, date.End, _lastWinner, count);

    /// <summary>Looks for the date of a line.</summary>
    /// <param name="line">The line.</param>
    public DateMatch Match(string line)
    {
        int winner;
        DateMatch match = TryLastWinner(line, out bool isCollision, out int tried);
        if (match.Success && !isCollision)
        {
            winner = _lastWinner;
        }
        else
        {
            match = Scan(line, match, tried, out winner);
        }

        if (match.Success)
        {
            Record(line, match.Start, match.End, winner, 1);
        }

        return match;
    }

    /// <summary>Tries what found the last date: most lines of a log look alike.</summary>
    /// <param name="line">The line.</param>
    /// <param name="isCollision">Whether the date stands elsewhere than last time, so that another template may know better.</param>
    /// <param name="tried">The template that need not be tried again; -1 where there is none.</param>
    private DateMatch TryLastWinner(string line, out bool isCollision, out int tried)
    {
        (isCollision, tried) = (false, -1);
        if (_lastWinner >= _slots.Count)
        {
            return default;
        }

        DateTemplate template = _slots[_lastWinner].Template;
        DateMatch match;
        if (!template.IsAnchored && _last.StandsIn(line))
        {
            match = template.Match(line, Math.Min(_last.Start, line.Length), Math.Min(_last.End, line.Length));
        }
        else
        {
            match = template.Match(line, 0, line.Length);
            tried = _lastWinner;
        }

        isCollision = match.Success && _slots.Count > 1 && !template.IsAnchored && (match.Start != _last.Start || match.End != _last.End);
        return match;
    }

    /// <summary>Tries all templates; a date further in than expected is only taken where there is no better one.</summary>
    private DateMatch Scan(string line, DateMatch fallback, int tried, out int winner)
    {
        winner = _lastWinner;
        for (int i = 0; i < _slots.Count; i++)
        {
            if (i == tried)
            {
                continue;
            }

            Slot slot = _slots[i];
            DateMatch match = slot.Template.Match(line, 0, line.Length);
            if (!match.Success)
            {
                continue;
            }

            bool isFurtherIn = match.Start > slot.Distance || match.Start > _last.Start;
            if (!isFurtherIn || i == _slots.Count - 1 || slot.Template.IsAnchored)
            {
                winner = i;
                return match;
            }

            if (!fallback.Success || match.Start < fallback.Start)
            {
                (fallback, winner) = (match, i);
            }
        }

        return fallback;
    }

    private void Record(ReadOnlySpan<char> line, int start, int end, int winner, long count)
    {
        Slot slot = _slots[winner];
        slot.Hits += count;
        slot.LastUsed = clock.GetUtcNow();
        slot.Distance = start;
        if (_firstUnused == winner)
        {
            _firstUnused++;
        }

        DateSpan span = new(line, start, end);
        _alike = slot.Template == _lastTemplate && span.IsAlike(_last) ? _alike + 1 : 0;
        (_last, _lastTemplate) = (span, slot.Template);
        Expected = slot.Template.Layout ?? Learned(slot.Template);
        _lastWinner = winner != 0 && winner != _lastWinner ? MoveUp(winner) : winner;
    }

    private FoundLayout? Learned(DateTemplate template) =>
        template.Quick is not { } quick ? null
        : template.IsAnchored ? quick.Leading
        : Expected is FoundLayout found && found.Date == quick && found.IsAt(_last) ? found
        : _alike >= LeastAlike ? new FoundLayout(quick, _last)
        : null;

    private int MoveUp(int index)
    {
        int target = _firstUnused < index ? _firstUnused : index / 2;
        if (!IsBetter(_slots[index], _slots[target]))
        {
            if (target == index - 1 || !IsBetter(_slots[index], _slots[index - 1]))
            {
                return index;
            }

            target = index - 1;
        }

        Slot slot = _slots[index];
        _slots.RemoveAt(index);
        _slots.Insert(target, slot);
        while (_firstUnused < _slots.Count && _slots[_firstUnused].Hits > 0)
        {
            _firstUnused++;
        }

        return target;
    }

    private static bool IsBetter(Slot slot, Slot than) => slot.Weight > than.Weight || slot.LastUsed - s_longUnused > than.LastUsed;

    private sealed class Slot(DateTemplate template)
    {
        public DateTemplate Template { get; } = template;

        public long Hits { get; set; }

        // Not the least value of the type, from which nothing could be taken off.
        public DateTimeOffset LastUsed { get; set; } = DateTimeOffset.UnixEpoch;

        /// <summary>Where the last date stood that this template found.</summary>
        public int Distance { get; set; } = int.MaxValue;

        public double Weight => Hits * Template.Weight / Math.Max(1, Distance);
    }
}
