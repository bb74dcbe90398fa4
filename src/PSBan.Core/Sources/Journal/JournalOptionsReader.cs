using System.Buffers;
using System.Globalization;
using PSBan.Configuration;

namespace PSBan.Sources.Journal;

/// <summary>Reads what a configuration says about the journal.</summary>
internal static class JournalOptionsReader
{
    // What fail2ban opens with 'rotated = on' where no flags are given: SD_JOURNAL_SYSTEM.
    private const int SystemOnly = 4;
    private const int KnownFlags = 127;

    private static readonly SearchValues<char> s_fieldCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    private static readonly string[] s_known = ["journalpath", "journalfiles", "journalflags", "namespace", "rotated"];

    /// <summary>Reads the bracket options of a back end and the lines of <c>journalmatch</c>.</summary>
    public static JournalOptions Read(string backend, IEnumerable<string> matches, ICollection<string> errors)
    {
        OptionList? list = OptionList.Parse(backend, out string? error);
        if (list is null)
        {
            errors.Add($"The backend '{backend}' cannot be read: {error}. Write systemd or systemd[journalpath=\"/var/log/journal\"].");
            return new JournalOptions();
        }

        foreach (string name in list.Options.Keys.Where(name => !s_known.Contains(name)))
        {
            errors.Add($"The backend '{list.Name}' has no option '{name}'; it knows {string.Join(", ", s_known)}.");
        }

        string[] files = Words(list.Options.GetValueOrDefault("journalfiles"));
        return new JournalOptions
        {
            Matches = ReadMatches(matches, errors),
            Directory = Text(list, "journalpath"),
            Files = files,
            Flags = Flags(list, files.Length > 0, errors),
            Namespace = Text(list, "namespace"),
        };
    }

    private static List<IReadOnlyList<string>> ReadMatches(IEnumerable<string> lines, ICollection<string> errors)
    {
        List<IReadOnlyList<string>> groups = [];
        foreach (string line in lines)
        {
            if (ShellWords.Split(line) is not { } words)
            {
                errors.Add($"A quote in journalmatch '{line}' is not closed.");
                continue;
            }

            List<string> group = [];
            foreach (string word in words)
            {
                if (word == "+")
                {
                    Close(groups, ref group);
                }
                else if (IsMatch(word))
                {
                    group.Add(word);
                }
                else
                {
                    errors.Add($"'{word}' in journalmatch '{line}' is no match; write FIELD=value, the field in capitals, such as _SYSTEMD_UNIT=ssh.service.");
                }
            }

            Close(groups, ref group);
        }

        return groups;
    }

    private static void Close(List<IReadOnlyList<string>> groups, ref List<string> group)
    {
        if (group.Count > 0)
        {
            groups.Add(group);
            group = [];
        }
    }

    /// <summary>What the journal itself takes for a match: a field of capitals, digits and low lines, an equals sign, anything. Addresses of entries (<c>__CURSOR</c>) are no fields.</summary>
    private static bool IsMatch(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            && !word.StartsWith("__", StringComparison.Ordinal)
            && !word.AsSpan(0, equals).ContainsAnyExcept(s_fieldCharacters)
            && !word.Contains('\0', StringComparison.Ordinal);
    }

    private static int Flags(OptionList list, bool hasFiles, ICollection<string> errors)
    {
        string? rotated = Text(list, "rotated");
        bool isRotated = rotated?.ToUpperInvariant() is "1" or "ON" or "TRUE" or "YES";
        if (rotated is not null && !isRotated && rotated.ToUpperInvariant() is not ("0" or "OFF" or "FALSE" or "NO"))
        {
            errors.Add($"'{rotated}' is no value for 'rotated'; write on or off.");
        }

        string? text = Text(list, "journalflags") ?? Environment.GetEnvironmentVariable("F2B_SYSTEMD_DEFAULT_FLAGS");
        if (string.IsNullOrWhiteSpace(text))
        {
            return isRotated && !hasFiles && Text(list, "journalpath") is null ? SystemOnly : JournalOptions.LocalOnly;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int flags) || flags > KnownFlags)
        {
            errors.Add($"'{text}' is no value for 'journalflags'; write the sum of sd_journal_open(3)'s flags, such as 1 (local) or 4 (system).");
            return JournalOptions.LocalOnly;
        }

        return flags;
    }

    private static string? Text(OptionList list, string name) => list.Options.TryGetValue(name, out string? value) && value.Trim().Length > 0 ? value.Trim() : null;

    // fail2ban splits at blanks and commas.
    private static string[] Words(string? text) => text?.Split((char[])[' ', '\t', '\n', '\r', ','], StringSplitOptions.RemoveEmptyEntries) ?? [];
}
