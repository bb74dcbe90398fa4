using System.Text;

namespace PSBan.Sources.Journal;

/// <summary>The name that a journal with its matches is known by; it tells apart what is read apart.</summary>
internal static class JournalName
{
    /// <summary>The name.</summary>
    public static string Of(JournalOptions options)
    {
        List<string> brackets = [];
        Add("journalpath", options.Directory);
        Add("journalfiles", options.Files.Count > 0 ? string.Join(' ', options.Files) : null);
        Add("namespace", options.Namespace);
        Add("journalflags", options.Flags == JournalOptions.LocalOnly ? null : options.Flags.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var name = new StringBuilder(JournalLogSource.Prefix);
        if (brackets.Count > 0)
        {
            name.Append('[').AppendJoin(", ", brackets).Append(']');
        }

        for (int i = 0; i < options.Matches.Count; i++)
        {
            name.Append(i == 0 ? " " : " + ").AppendJoin(' ', options.Matches[i].Select(Quoted));
        }

        return name.ToString();

        void Add(string option, string? value)
        {
            if (value is not null)
            {
                brackets.Add(value.Contains('"', StringComparison.Ordinal) ? $"{option}='{value}'" : $"{option}=\"{value}\"");
            }
        }
    }

    private static string Quoted(string word) => word.AsSpan().ContainsAny(" \t'\"\\") ? $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'" : word;
}
