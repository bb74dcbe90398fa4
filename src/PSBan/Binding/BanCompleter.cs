using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Binding;

/// <summary>What the completers of the module share: they answer at once or with nothing, never throw, quote what needs it and make hostile text visible.</summary>
public abstract class BanCompleter : IArgumentCompleter
{
    /// <summary>How long somebody who presses Tab waits at most.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(80);

    private static readonly ScriptBlock s_resolve = ScriptBlock.Create("$ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[0])");

    private protected BanCompleter()
    {
    }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        using var cancel = new CancellationTokenSource(s_patience);
        try
        {
            var request = new CompletionRequest(
                Resolve(fakeBoundParameters?["StatePath"]) ?? DefaultPaths.State, Resolve(fakeBoundParameters?["ConfigPath"]) ?? ConfigurationDirectory.Default);
            Task<IReadOnlyList<Candidate>> search = Task.Run(() => FindAsync(request, cancel.Token), cancel.Token);
            if (!search.Wait(s_patience))
            {
                cancel.Cancel();
                return [];
            }

            return [.. search.Result
                .Where(candidate => candidate.Text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                .Select(candidate => new CompletionResult(Quote(candidate.Text), VisibleText.Of(candidate.Text), CompletionResultType.ParameterValue, VisibleText.Of(candidate.ToolTip)))];
        }
        catch (Exception)
        {
            // Nothing to offer: no watch, no right, no directory. A completer has nobody to tell.
            return [];
        }
    }

    /// <summary>Finds everything that could stand there; throws where it cannot.</summary>
    private protected abstract Task<IReadOnlyList<Candidate>> FindAsync(CompletionRequest request, CancellationToken cancelToken);

    /// <summary>Quotes what the parser would not read as one plain word.</summary>
    internal static string Quote(string text)
    {
        bool isPlain = text.Length > 0 && (char.IsAsciiLetterOrDigit(text[0]) || text[0] is '/' or ':' or '.' or '_')
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':' or '/' or '\\');
        if (isPlain)
        {
            return text;
        }

        // The parser takes typographic quotes for plain ones.
        var quoted = new StringBuilder("'");
        foreach (char c in text)
        {
            quoted.Append(c is '\'' or '\u2018' or '\u2019' or '\u201A' or '\u201B' ? $"{c}{c}" : c.ToString());
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>A path typed on the command line, from PowerShell's location; null where there is none.</summary>
    private static string? Resolve(object? typed) => typed is string { Length: > 0 } path
        ? s_resolve.Invoke(path).Select(result => result.BaseObject as string).FirstOrDefault()
        : null;

    /// <summary>What the command line says so far.</summary>
    private protected sealed record CompletionRequest(string StatePath, string? ConfigPath);

    /// <summary>Something that could stand there.</summary>
    private protected sealed record Candidate(string Text, string ToolTip);
}
