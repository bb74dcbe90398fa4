using System.Text;
using PSBan.Matching.Patterns;
using PSBan.Matching.Patterns.Tree;

namespace PSBan.EndToEnd.Tests.Filters;

/// <summary>
/// Makes texts that are meant to stall a pattern, from its tree: the way to a repetition, then what it repeats many times over, then something that fails.
/// The same seed makes the same texts.
/// </summary>
internal sealed class HostileTexts
{
    private const string Favourites = "a1 -:.[]()<>'\"=,@/_%Z\t";

    private readonly Random _random;
    private readonly Node _root;
    private readonly CharacterSet[] _sets;
    private readonly Node[] _repetitions;

    /// <summary>Looks through a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="seed">Where chance begins.</param>
    public HostileTexts(Pattern pattern, int seed)
    {
        _random = new Random(seed);
        _root = PatternParser.Parse(new ExpandedPattern(pattern.Expanded, pattern.Expanded, [new ExpandedPattern.Piece(0, 0, IsTag: false)])).Root;
        _sets = [.. TreeWalk.All(_root).OfType<CharacterNode>().Select(node => node.Set)];
        _repetitions = [.. TreeWalk.All(_root).OfType<RepeatNode>().Where(node => node.Max > 16)];
    }

    /// <summary>A text that stands a chance to match, with a given text where the pattern captures its content.</summary>
    /// <param name="content">What stands there; null for what the pattern asks for.</param>
    public string Sample(string? content = null) => new Writer(_random, null, content).Write(_root);

    /// <summary>Hostile texts.</summary>
    /// <param name="count">How many.</param>
    /// <param name="length">About how long.</param>
    public IEnumerable<string> Make(int count, int length)
    {
        for (int i = 0; i < count && _repetitions.Length > 0; i++)
        {
            Node target = _repetitions[_random.Next(_repetitions.Length)];
            string before = new Writer(_random, target, null).Write(_root);
            string pumped = _random.Next(4) switch
            {
                0 => Sample(((RepeatNode)target).Body),
                1 => Common().ToString(),
                2 => Sample(((RepeatNode)target).Body) + Common(),
                _ => before.Length > 0 ? before : Sample(_root),
            };
            pumped = pumped.Length == 0 ? " " : pumped;
            string many = string.Concat(Enumerable.Repeat(pumped, Math.Max(1, length / pumped.Length)));
            string end = _random.Next(4) switch { 0 => "", 1 => "\u0001", 2 => Common() + "!", _ => Sample(_root) };
            yield return (before + many + end).Replace('\n', ' ');
        }
    }

    private string Sample(Node node) => new Writer(_random, null, null).Write(node);

    /// <summary>A character that many parts of the pattern accept, so that there are many ways to share a run of it.</summary>
    private char Common()
    {
        char[] best = [.. Favourites.OrderByDescending(c => _sets.Count(set => set.Contains(c))).Take(4)];
        return best[_random.Next(best.Length)];
    }

    private sealed class Writer(Random random, Node? target, string? content)
    {
        private readonly StringBuilder _text = new();
        private readonly Dictionary<int, string> _groups = [];
        private bool _isDone;

        public string Write(Node node)
        {
            Add(node);
            return _text.ToString();
        }

        private void Add(Node node)
        {
            _isDone |= ReferenceEquals(node, target);
            if (_isDone)
            {
                return;
            }

            switch (node)
            {
                case CharacterNode character:
                    _text.Append(Pick(character.Set));
                    break;
                case SequenceNode sequence:
                    Array.ForEach([.. sequence.Items], Add);
                    break;
                case AlternationNode alternation:
                    Add(alternation.Branches.FirstOrDefault(Leads) ?? alternation.Branches[random.Next(alternation.Branches.Length)]);
                    break;
                case RepeatNode repeat:
                    int rounds = Math.Max(Leads(repeat) ? 1 : 0, Math.Min(repeat.Max, repeat.Min + random.Next(3)));
                    for (int i = 0; i < rounds && !_isDone; i++)
                    {
                        Add(repeat.Body);
                    }

                    break;
                case CaptureNode capture:
                    int start = _text.Length;
                    if (content is not null && capture.Name == "content")
                    {
                        _text.Append(content);
                    }
                    else
                    {
                        Add(capture.Body);
                    }

                    _groups[capture.Index] = _text.ToString(start, _text.Length - start);
                    break;
                case BackreferenceNode reference:
                    _text.Append(_groups.GetValueOrDefault(reference.Group));
                    break;
                case ConditionalNode conditional:
                    Add(_groups.ContainsKey(conditional.Group) ? conditional.Yes : conditional.No);
                    break;
                case GroupNode or AtomicNode:
                    TreeWalk.Children(node).ToList().ForEach(Add);
                    break;
            }
        }

        private bool Leads(Node node) => target is not null && TreeWalk.All(node).Any(inner => ReferenceEquals(inner, target));

        private char Pick(CharacterSet set)
        {
            int from = random.Next(Favourites.Length);
            for (int i = 0; i < Favourites.Length; i++)
            {
                if (Favourites[(from + i) % Favourites.Length] is var c && set.Contains(c))
                {
                    return c;
                }
            }

            return (char)(Enumerable.Range(1, 0x2FF).FirstOrDefault(set.Contains) is > 0 and int other ? other : 'a');
        }
    }
}
