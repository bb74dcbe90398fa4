using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>The text of an option with the place each of its lines was written. Immutable.</summary>
internal sealed class SourceText
{
    private readonly SourceLocation[] _lines;

    /// <summary>Makes a text of one line, or one whose lines all count as written in one place.</summary>
    public SourceText(string text, SourceLocation location, bool isFinal = false)
        : this(text, [location], isFinal)
    {
    }

    /// <summary>Makes a text of several lines; where there are fewer places than lines the last place counts for the rest.</summary>
    public SourceText(string text, SourceLocation[] lines, bool isFinal = false)
    {
        Text = text;
        _lines = lines;
        IsFinal = isFinal;
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>Whether percent interpolation is over and done with, so that a percent sign is only a percent sign.</summary>
    public bool IsFinal { get; }

    /// <summary>Where the text begins: the line with the name of the option.</summary>
    public SourceLocation Location => _lines[0];

    /// <summary>The place of one line, counted from 0.</summary>
    public SourceLocation LocationOf(int line) => _lines[Math.Min(line, _lines.Length - 1)];

    /// <summary>The place of the line that holds a character.</summary>
    public SourceLocation LocationAt(int index) => LocationOf(Text.AsSpan(0, Math.Min(index, Text.Length)).Count('\n'));

    /// <summary>The lines with their places.</summary>
    public IEnumerable<Located<string>> Lines()
    {
        string[] lines = Text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            yield return new Located<string>(lines[i], LocationOf(i));
        }
    }

    /// <summary>The text as a located value.</summary>
    public Located<string> ToLocated() => new(Text, FirstWritten());

    /// <summary>The same text, no longer open to interpolation.</summary>
    public SourceText AsFinal() => IsFinal ? this : new SourceText(Text, _lines, isFinal: true);

    /// <summary>
    /// The same text for use in a second round of interpolation: fail2ban makes one percent sign of two once more, and refuses a single one, which is
    /// taken here for what it is.
    /// </summary>
    public SourceText Settled()
    {
        string halved = Text.Replace("%%", "%", StringComparison.Ordinal);
        bool allDoubled = (Text.Length - halved.Length) * 2 == Text.AsSpan().Count('%');
        return allDoubled && halved.Length < Text.Length ? new SourceText(halved, _lines, isFinal: true) : AsFinal();
    }

    /// <summary>
    /// Puts another text in place of every occurrence of a piece. A line that was nothing but the piece takes over the places of the other text, since
    /// that is where a reader will look; any other line stays where it is written.
    /// </summary>
    public SourceText Replace(string piece, SourceText by)
    {
        if (_lines.Length == 1 && !Text.Contains('\n', StringComparison.Ordinal) && by._lines.Length == 1 && !by.Text.Contains('\n', StringComparison.Ordinal))
        {
            bool whole = Text.AsSpan().Trim().SequenceEqual(piece);
            return new SourceText(Text.Replace(piece, by.Text, StringComparison.Ordinal), whole ? by._lines : _lines);
        }

        List<SourceLocation> places = [];
        string[] lines = Text.Split('\n');
        int inner = by.Text.AsSpan().Count('\n') + 1;
        for (int i = 0; i < lines.Length; i++)
        {
            SourceLocation own = LocationOf(i);
            string[] parts = lines[i].Split(piece);
            if (parts.Length == 1)
            {
                places.Add(own);
                continue;
            }

            lines[i] = string.Join(by.Text, parts);
            bool before = !string.IsNullOrWhiteSpace(parts[0]);
            for (int part = 1; part < parts.Length; part++)
            {
                bool after = !string.IsNullOrWhiteSpace(parts[part]);
                AddInner(places, by, inner, own, before, after, continues: part > 1);
                before = after;
            }
        }

        return new SourceText(string.Join('\n', lines), [.. places]);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static void AddInner(List<SourceLocation> places, SourceText by, int inner, SourceLocation own, bool before, bool after, bool continues)
    {
        for (int line = 0; line < inner; line++)
        {
            bool shared = (line == 0 && before) || (line == inner - 1 && after);
            if (line > 0 || !continues)
            {
                places.Add(shared ? own : by.LocationOf(line));
            }
        }
    }

    /// <summary>The first line that holds something: a value that begins below its name is looked for there.</summary>
    private SourceLocation FirstWritten()
    {
        int start = 0;
        while (start < Text.Length && char.IsWhiteSpace(Text[start]))
        {
            start++;
        }

        return start == Text.Length ? Location : LocationAt(start);
    }
}
