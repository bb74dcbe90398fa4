using System.Buffers;
using PSBan.Model;

namespace PSBan.Configuration;

/// <summary>Reads <c>ignoreip</c>: words separated by blanks, commas or line ends.</summary>
internal sealed class IgnoreListReader(ValueReader values, ProblemScope problems)
{
    private static readonly SearchValues<char> s_dotted = SearchValues.Create("0123456789.");

    private readonly ValueReader _values = values;
    private readonly ProblemScope _problems = problems;

    /// <summary>Reads the value. A word that can be neither address nor name is reported and kept: an id that is no address may equal it.</summary>
    public IReadOnlyList<Located<string>> Read(SourceText text)
    {
        List<Located<string>> words = [];
        foreach (Located<string> line in text.Lines())
        {
            string plain = _values.Plain(JailOptionNames.IgnoreIp, new SourceText(line.Value, line.Location));
            foreach (string word in plain.Split((char[])[' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries))
            {
                words.Add(new Located<string>(word, line.Location));
                Check(word, line.Location);
            }
        }

        return words;
    }

    private void Check(string word, SourceLocation place)
    {
        bool isFile = word.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
        bool looksLikeAddress = word.AsSpan().ContainsAny(":/") || word.AsSpan().IndexOfAnyExcept(s_dotted) < 0;
        if (!isFile && looksLikeAddress && !Address.TryParse(word, out _))
        {
            _problems.Warn(ProblemCodes.InvalidAddress, $"'{word}' in 'ignoreip' is neither an address, nor a prefix such as 192.0.2.0/24, nor a host name.", place);
        }
    }
}
