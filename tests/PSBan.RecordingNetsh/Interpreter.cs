namespace PSBan.RecordingNetsh;

/// <summary>Reads <c>advfirewall firewall add|set|delete rule</c> as its help describes them, and takes nothing else.</summary>
internal static class Interpreter
{
    // What nobody has promised to read in one line.
    private const int LongestLine = 4200;

    /// <summary>Runs a command.</summary>
    /// <returns>What is wrong; null where nothing is.</returns>
    public static string? Run(string line, RuleStore store)
    {
        if (line.Length > LongestLine || line.Any(c => c is < ' ' or > '~'))
        {
            return "The line is too long or not plain text.";
        }

        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            ["advfirewall", "show", "allprofiles", "state"] => null,
            ["advfirewall", "firewall", "add", "rule", .. var rest] => Add(rest, store),
            ["advfirewall", "firewall", "set", "rule", .. var rest] => Set(rest, store),
            ["advfirewall", "firewall", "delete", "rule", .. var rest] => Delete(rest, store),
            _ => $"The following command was not found: {line}.",
        };
    }

    private static string? Add(string[] words, RuleStore store)
    {
        if (!Parameters.TryRead(words, Parameters.Rule, out var values, out string? error))
        {
            return error;
        }

        foreach (string needed in new[] { "name", "dir", "action" })
        {
            if (!values.ContainsKey(needed))
            {
                return "One or more essential parameters were not entered. " + needed;
            }
        }

        if (values["name"].Equals("all", StringComparison.OrdinalIgnoreCase))
        {
            return "A rule may not be named all.";
        }

        var rule = new StoredRule();
        error = rule.Change(values);
        if (error is null)
        {
            store.Add(rule);
        }

        return error;
    }

    private static string? Set(string[] words, RuleStore store)
    {
        int middle = Array.IndexOf(words, "new");
        if (middle < 0)
        {
            return "One or more essential parameters were not entered. new";
        }

        if (!Parameters.TryRead(words[..middle], Parameters.Selection, out var selected, out string? error)
            || !Parameters.TryRead(words[(middle + 1)..], Parameters.Rule, out var values, out error))
        {
            return error;
        }

        string[] found = store.Find(selected);
        if (found.Length == 0)
        {
            return "No rules match the specified criteria.";
        }

        foreach (string id in found)
        {
            StoredRule rule = store.Get(id);
            error = rule.Change(values);
            if (error is not null)
            {
                return error;
            }

            store.Put(id, rule);
        }

        return null;
    }

    private static string? Delete(string[] words, RuleStore store)
    {
        if (!Parameters.TryRead(words, Parameters.Selection, out var selected, out string? error))
        {
            return error;
        }

        string[] found = store.Find(selected);
        foreach (string id in found)
        {
            store.Remove(id);
        }

        return found.Length > 0 ? null : "No rules match the specified criteria.";
    }
}
