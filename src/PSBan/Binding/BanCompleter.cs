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
    /// <summary>How long candidates are gathered; what was found by then is offered.</summary>
    private static readonly TimeSpan s_search = TimeSpan.FromMilliseconds(70);

    /// <summary>How long somebody who presses Tab waits at most.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(95);

    /// <summary>A longer menu helps nobody.</summary>
    private const int MaxCandidates = 500;

    private protected BanCompleter()
    {
    }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        using var cancel = new CancellationTokenSource();
        try
        {
            string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
            var request = new CompletionRequest(
                Resolve(fakeBoundParameters?["StatePath"]) ?? DefaultPaths.State, Resolve(fakeBoundParameters?["ConfigPath"]) ?? ConfigurationDirectory.Default);
            cancel.CancelAfter(s_search);
            Task<List<Candidate>> search = Task.Run(() => GatherAsync(request, word, cancel.Token), cancel.Token);
            return search.Wait(s_patience)
                ? [.. search.Result.Select(candidate => new CompletionResult(
                    Quote(candidate.Text), VisibleText.Of(candidate.Text), CompletionResultType.ParameterValue, VisibleText.Of(candidate.ToolTip)))]
                : [];
        }
        catch (Exception)
        {
            // Nothing to offer: no watch, no right, no directory. A completer has nobody to tell.
            return [];
        }
    }

    /// <summary>Finds what could stand there, in the order in which it is to be offered; the same text may come again with another tool tip.</summary>
    private protected abstract IAsyncEnumerable<Candidate> FindAsync(CompletionRequest request, CancellationToken cancelToken);

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
        ? ScriptBlock.Create("$ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[0])").Invoke(path).Select(result => result.BaseObject as string).FirstOrDefault()
        : null;

    private async Task<List<Candidate>> GatherAsync(CompletionRequest request, string word, CancellationToken cancelToken)
    {
        OrderedDictionary<string, Candidate> found = new(StringComparer.Ordinal);
        try
        {
            await foreach (Candidate candidate in FindAsync(request, cancelToken).ConfigureAwait(false))
            {
                if (!candidate.Text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                {
                    continue;
                }

                string toolTip = found.TryGetValue(candidate.Text, out Candidate? same) ? $"{same.ToolTip}; {candidate.ToolTip}" : candidate.ToolTip;
                found[candidate.Text] = candidate with { ToolTip = toolTip };
                if (found.Count == MaxCandidates)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Time is up.
        }

        return [.. found.Values];
    }

    /// <summary>What the command line says so far.</summary>
    private protected sealed record CompletionRequest(string StatePath, string? ConfigPath);

    /// <summary>Something that could stand there.</summary>
    private protected sealed record Candidate(string Text, string ToolTip);
}
