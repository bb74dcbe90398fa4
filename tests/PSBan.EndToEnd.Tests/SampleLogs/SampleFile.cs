using System.Text.Json;
using System.Text.RegularExpressions;

namespace PSBan.EndToEnd.Tests.SampleLogs;

/// <summary>A sample log of fail2ban's own tests: lines of log with the expectation in a comment before each (fail2ban, <c>tests/files/logs</c>).</summary>
internal static partial class SampleFile
{
    /// <summary>Reads the directives and lines of a file, in order.</summary>
    public static IEnumerable<SampleEntry> Read(string path)
    {
        string[] lines = File.ReadAllText(path).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd('\r');
            if (Directive().Match(line) is { Success: true } directive)
            {
                JsonElement value = JsonDocument.Parse(directive.Groups[2].Value).RootElement;
                switch (directive.Groups[1].Value)
                {
                    case "failJSON":
                        yield return new SampleEntry(SampleKind.Line, value, lines[++i].TrimEnd('\r'), i + 1);
                        break;
                    case "filterOptions":
                        yield return new SampleEntry(SampleKind.FilterOptions, value, "", i + 1);
                        break;
                    case "fileOptions":
                        yield return new SampleEntry(SampleKind.FileOptions, value, "", i + 1);
                        break;
                    default:
                        yield return new SampleEntry(SampleKind.AddFile, value, "", i + 1);
                        break;
                }
            }
            else if (!line.StartsWith('#') && !string.IsNullOrWhiteSpace(line))
            {
                yield return new SampleEntry(SampleKind.Line, default, line, i + 1);
            }
        }
    }

    [GeneratedRegex("^#+ ?(failJSON|filterOptions|fileOptions|addFILE):(.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Directive();
}

/// <summary>What an entry of a sample file is.</summary>
internal enum SampleKind
{
    /// <summary>A line of log with its expectation, which is undefined where the line must not match.</summary>
    Line,

    /// <summary>The parameter sets for the lines to come.</summary>
    FilterOptions,

    /// <summary>Defaults of those.</summary>
    FileOptions,

    /// <summary>Another file to run with the same filter.</summary>
    AddFile,
}

/// <summary>One entry of a sample file.</summary>
internal sealed record SampleEntry(SampleKind Kind, JsonElement Value, string Line, int Number);
