using FsCheck;
using FsCheck.Fluent;
using PSBan.Matching.Patterns;
using PSBan.Matching.Patterns.Engine;
using PSBan.Matching.Patterns.Tree;
using PSBan.Tests.Support;
using Xunit.Abstractions;

namespace PSBan.Tests.Matching.Patterns;

/// <summary>Holds the translation against Python itself: same patterns refused, same matches found, by both engines.</summary>
public sealed class PythonAgreementTests(ITestOutputHelper output)
{
    // Deterministic unless told otherwise.
    private static readonly ulong s_seed = ulong.TryParse(Environment.GetEnvironmentVariable("PSBAN_TEST_SEED"), out ulong seed) ? seed : 20;
    private static readonly int s_cases = int.TryParse(Environment.GetEnvironmentVariable("PSBAN_TEST_CASES"), out int cases) ? cases : 3_000;

    [RequiresFact("python3")]
    public void Random_patterns_are_refused_or_match_as_in_Python()
    {
        output.WriteLine($"PSBAN_TEST_SEED={s_seed}, PSBAN_TEST_CASES={s_cases}");
        using var python = new PythonRe();
        int matches = 0;
        int compared = 0;
        Gen<Case> cases =
            from pattern in PatternGenerator.Pattern
            from texts in PatternGenerator.Text.ArrayOf(6)
            from multiline in Gen.Elements(false, false, true)
            select new Case(pattern, multiline, texts);
        Prop.ForAll(Arb.From(cases, Shrink), value =>
        {
            PythonRe.Reply reply = python.Search(value.Pattern, value.Multiline, value.Texts);
            string? difference = Difference(value, reply);
            matches += reply.Found?.Count(found => found is not null) ?? 0;
            compared += reply.Found?.Count ?? 0;
            return (difference is null).Label(difference ?? "agrees");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(s_cases).WithReplay(s_seed * 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9).WithStartSize(1).WithEndSize(30));
        output.WriteLine($"{compared} searches compared, {matches} of them matches");
        Assert.True(matches > s_cases / 2);
    }

    private static IEnumerable<Case> Shrink(Case value)
    {
        for (int i = 0; i < value.Texts.Length && value.Texts.Length > 1; i++)
        {
            yield return value with { Texts = [value.Texts[i]] };
        }

        for (int length = value.Pattern.Length / 2; length > 0; length /= 2)
        {
            for (int i = 0; i + length <= value.Pattern.Length; i++)
            {
                yield return value with { Pattern = value.Pattern.Remove(i, length) };
            }
        }

        if (value.Texts is [var text])
        {
            for (int i = 0; i < text.Length; i++)
            {
                yield return value with { Texts = [text.Remove(i, 1)] };
            }
        }
    }

    private static string? Difference(Case value, PythonRe.Reply reply)
    {
        (string text, bool multiline, string[] inputs) = value;
        Pattern pattern;
        try
        {
            // A blank pattern is refused by fail2ban, not by Python.
            pattern = Pattern.Compile(string.IsNullOrWhiteSpace(text) ? $"(?:{text})" : text, new PatternOptions { Multiline = multiline });
        }
        catch (PatternException e)
        {
            return reply.Error is null ? $"refused: {e.Message}" : null;
        }

        if (reply.Error is not null)
        {
            return $"not refused: {reply.Error}";
        }

        PatternTree tree = new(TagExpander.Expand(pattern.Text, default), multiline ? PatternFlags.Multiline : PatternFlags.None);
        ParsedPattern parsed = tree.Value;
        if (AsksForItself(parsed.Root) || reply.Found is null)
        {
            return null;
        }

        SafeProgram program = SafeProgram.Compile(parsed) ?? throw new InvalidOperationException("no safe program");
        QuickProgram? quick = QuickProgram.Compile(parsed);
        var withoutQuick = new Matcher(tree, pattern.DotNetPattern, TimeSpan.FromSeconds(10), isQuick: false);
        for (int i = 0; i < inputs.Length; i++)
        {
            string expected = Show(reply.Found[i]);
            string actual = pattern.TryMatch(inputs[i], out PatternMatch match) ? Show(pattern, match) : "no match";
            string safe = SafeEngine.TrySearch(program, inputs[i], out int[] spans) ? Show(pattern, new PatternMatch(pattern, inputs[i], spans)) : "no match";
            string dotNet = withoutQuick.TrySearch(inputs[i], out spans) ? Show(pattern, new PatternMatch(pattern, inputs[i], spans)) : "no match";
            string quickly = inputs[i].Any(char.IsSurrogate) ? expected : quick?.TrySearch(inputs[i], spans = new int[2 + (2 * pattern.GroupNames.Count)]) switch
            {
                true => Show(pattern, new PatternMatch(pattern, inputs[i], spans)),
                false => "no match",
                null => expected,
            };
            if (expected != actual || expected != safe || expected != dotNet || expected != quickly || pattern.IsMatch(inputs[i]) != (expected != "no match"))
            {
                return $"{text} ({pattern.DotNetPattern}) on {Uri.EscapeDataString(inputs[i])}: Python {expected}, here {actual}, safe engine {safe}, .NET {dotNet}, quick engine {quickly}";
            }

            if (expected != "no match" && !pattern.MayMatch(inputs[i]))
            {
                return $"{text} matches {Uri.EscapeDataString(inputs[i])} and is ruled out";
            }

            if (expected != "no match" && pattern.Literals is { } literals && !literals.FoundIn(inputs[i]))
            {
                return $"{text} matches {Uri.EscapeDataString(inputs[i])} without any of {string.Join(" / ", literals.Values)}";
            }
        }

        return null;
    }

    /// <summary>A condition on the group it stands in, a thing nobody writes, means something else in Python for the group's second round than anywhere.</summary>
    private static bool AsksForItself(Node root) => TreeWalk.All(root).OfType<CaptureNode>()
        .Any(capture => TreeWalk.All(capture.Body).OfType<ConditionalNode>().Any(conditional => conditional.Group == capture.Index));

    private static string Show(PythonRe.Found? found) => found is null
        ? "no match"
        : $"{found.Span[0]}-{found.Span[1]} " + string.Join(" ", found.Groups.Order(ByKey).Select(g => g.Key + "=" + (g.Value is null ? "none" : $"{g.Value[0]}-{g.Value[1]}")));

    private static string Show(Pattern pattern, PatternMatch match) =>
        $"{match.Index}-{match.Index + match.Length} " + string.Join(" ", pattern.GroupNames.Order(StringComparer.Ordinal)
            .Select(name => name + "=" + (match.TryGetGroup(name, out int index, out int length) ? $"{index}-{index + length}" : "none")));

    private static Comparer<KeyValuePair<string, int[]?>> ByKey { get; } =
        Comparer<KeyValuePair<string, int[]?>>.Create((left, right) => string.CompareOrdinal(left.Key, right.Key));

    private sealed record Case(string Pattern, bool Multiline, string[] Texts);
}
