using System.Text.RegularExpressions;

namespace PSBan.EndToEnd.Tests.SampleLogs;

/// <summary>The few expressions that sample files carry: the name of the filter or one option, compared with a text.</summary>
internal static partial class SampleCondition
{
    public static bool Holds(string expression, string filter, IReadOnlyDictionary<string, string> options)
    {
        Match match = Comparison().Match(expression);
        Assert.True(match.Success, $"The expression '{expression}' is of a new kind.");
        string? left = match.Groups["option"] is { Success: true } option ? options.GetValueOrDefault(option.Value) : filter;
        return left == match.Groups["text"].Value == (match.Groups["operator"].Value == "==");
    }

    [GeneratedRegex(@"^\s*(?:name|opts\.get\('(?<option>\w+)'\))\s*(?<operator>==|!=)\s*'(?<text>[^']*)'\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Comparison();
}
