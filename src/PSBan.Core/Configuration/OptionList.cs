namespace PSBan.Configuration;

/// <summary>
/// A name with options in brackets: <c>name[option=value,option2="…",option3='…']</c>, as <c>filter</c>, <c>action</c>, <c>backend</c> and
/// <c>ignorecache</c> use it.
/// </summary>
/// <param name="Name">The name in front of the brackets.</param>
/// <param name="Options">The options; of one written twice the last counts. Names keep their case.</param>
/// <param name="Index">Where the name begins in the text that was read.</param>
public sealed record OptionList(string Name, IReadOnlyDictionary<string, string> Options, int Index = 0)
{
    /// <summary>Reads one name with its options; the name may hold blanks.</summary>
    /// <param name="text">The text.</param>
    /// <param name="error">What is wrong with it, as the end of a sentence, where the result is null.</param>
    public static OptionList? Parse(string text, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        int bracket = text.IndexOf('[', StringComparison.Ordinal);
        string name = (bracket < 0 ? text : text[..bracket]).Trim();
        if (name.Length == 0)
        {
            error = "there is no name in front of the bracket";
            return null;
        }

        var reader = new OptionListReader(text, bracket < 0 ? text.Length : bracket);
        Dictionary<string, string> options = reader.Groups();
        reader.SkipBlanks();
        error = reader.Error ?? (reader.AtEnd ? null : $"'{reader.Rest}' follows the closing bracket");
        return error is null ? new OptionList(name, options) : null;
    }

    /// <summary>Reads several names with their options, separated by blanks or line ends outside of brackets.</summary>
    /// <param name="text">The text.</param>
    /// <param name="errors">Receives for each malformed one what is wrong with it and where it begins.</param>
    public static IReadOnlyList<OptionList> ParseMany(string text, ICollection<(string Error, int Index)> errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(errors);
        List<OptionList> lists = [];
        var reader = new OptionListReader(text, 0);
        for (reader.SkipBlanks(); !reader.AtEnd; reader.SkipBlanks())
        {
            int start = reader.Position;
            string name = reader.Word();
            Dictionary<string, string> options = reader.Groups();
            string? error = name.Length == 0 ? "there is no name in front of the bracket" : reader.Error;
            error ??= reader.AtEnd || reader.AtBlank ? null : $"'{reader.Rest}' follows the closing bracket";
            if (error is null)
            {
                lists.Add(new OptionList(name, options, start));
            }
            else
            {
                errors.Add((error, start));
                reader.Recover();
            }
        }

        return lists;
    }
}
