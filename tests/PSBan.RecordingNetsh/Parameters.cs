using System.Diagnostics.CodeAnalysis;

namespace PSBan.RecordingNetsh;

/// <summary>The <c>name=value</c> words of a command.</summary>
internal static class Parameters
{
    /// <summary>What a rule can be given.</summary>
    public static readonly string[] Rule =
    [
        "name", "dir", "action", "program", "service", "description", "enable", "profile", "localip", "remoteip", "localport", "remoteport", "protocol",
        "interfacetype", "rmtcomputergrp", "rmtusrgrp", "edge", "security",
    ];

    /// <summary>What rules can be chosen by.</summary>
    public static readonly string[] Selection = ["name", "dir"];

    public static bool TryRead(string[] words, string[] known, out Dictionary<string, string> values, [NotNullWhen(false)] out string? error)
    {
        values = new(StringComparer.Ordinal);
        error = null;
        foreach (string word in words)
        {
            int cut = word.IndexOf('=');
            if (cut <= 0 || !known.Contains(word[..cut]))
            {
                error = $"'{word}' is not a valid argument for this command.";
                return false;
            }

            if (cut == word.Length - 1 || !values.TryAdd(word[..cut], word[(cut + 1)..]))
            {
                error = "A specified value is not valid. " + word;
                return false;
            }
        }

        return true;
    }
}
