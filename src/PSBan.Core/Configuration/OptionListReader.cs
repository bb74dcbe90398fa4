namespace PSBan.Configuration;

/// <summary>Walks through the text of an option list.</summary>
internal sealed class OptionListReader(string text, int start)
{
    private readonly string _text = text;
    private int _at = start;

    /// <summary>What went wrong first.</summary>
    public string? Error { get; private set; }

    /// <summary>The place of the next character.</summary>
    public int Position => _at;

    /// <summary>Whether all is read.</summary>
    public bool AtEnd => _at >= _text.Length;

    /// <summary>Whether a blank follows.</summary>
    public bool AtBlank => !AtEnd && char.IsWhiteSpace(_text[_at]);

    /// <summary>The beginning of what is left, for messages.</summary>
    public string Rest => _text.Substring(_at, Math.Min(25, _text.Length - _at)).Split('\n')[0];

    /// <summary>Passes over blanks and line ends.</summary>
    public void SkipBlanks()
    {
        while (AtBlank)
        {
            _at++;
        }
    }

    /// <summary>Reads up to a bracket or a blank.</summary>
    public string Word()
    {
        int from = _at;
        while (!AtEnd && !AtBlank && _text[_at] != '[')
        {
            _at++;
        }

        return _text[from.._at];
    }

    /// <summary>Reads the groups of brackets that follow, blanks in front of them included.</summary>
    public Dictionary<string, string> Groups()
    {
        Dictionary<string, string> options = new(StringComparer.Ordinal);
        while (Error is null && AfterBlanks() is { } at && at < _text.Length && _text[at] == '[')
        {
            _at = at + 1;
            Group(options);
        }

        return options;
    }

    /// <summary>Goes on behind a malformed list: at the next line.</summary>
    public void Recover()
    {
        Error = null;
        int end = _text.IndexOf('\n', Math.Min(_at, _text.Length));
        _at = end < 0 ? _text.Length : end;
    }

    private int AfterBlanks()
    {
        int at = _at;
        while (at < _text.Length && char.IsWhiteSpace(_text[at]))
        {
            at++;
        }

        return at;
    }

    private void Group(Dictionary<string, string> options)
    {
        while (true)
        {
            SkipBlanks();
            if (AtEnd)
            {
                Error = "the closing bracket is missing";
                return;
            }

            if (_text[_at] == ']')
            {
                _at++;
                return;
            }

            if (Name() is not { } name || Value(name) is not { } value)
            {
                return;
            }

            options[name] = value;
            SkipBlanks();
            if (!AtEnd && _text[_at] == ',')
            {
                _at++;
            }
            else if (!AtEnd && _text[_at] != ']')
            {
                Error = $"'{Rest}' follows the value of '{name}'; separate options with commas";
                return;
            }
        }
    }

    private string? Name()
    {
        int from = _at;
        _at += Run();
        if (_at > from && !AtEnd && _text[_at] == '?')
        {
            // name?key=value: the condition belongs to the name.
            int mark = _at++;
            int key = Run();
            _at += key;
            if (key > 0 && !AtEnd && _text[_at] == '=')
            {
                _at++;
                _at += Run();
            }
            else
            {
                _at = mark;
            }
        }

        string name = _text[from.._at];
        if (name.Length == 0 || AtEnd || _text[_at] != '=')
        {
            _at = from;
            Error = $"'option=value' is expected at '{Rest}' (no blank in front of the equals sign)";
            return null;
        }

        _at++;
        return name;
    }

    private int Run()
    {
        int length = _text.AsSpan(_at).IndexOfAnyExcept(WordCharacters.Option);
        return length < 0 ? _text.Length - _at : length;
    }

    private string? Value(string name)
    {
        if (!AtEnd && _text[_at] is ('"' or '\'') and char quote)
        {
            int close = _text.IndexOf(quote, _at + 1);
            if (close < 0)
            {
                Error = $"the quote that opens the value of '{name}' is not closed";
                return null;
            }

            string quoted = _text[(_at + 1)..close];
            _at = close + 1;
            return quoted.Trim();
        }

        int end = _text.AsSpan(_at).IndexOfAny(',', ']');
        end = end < 0 ? _text.Length : _at + end;
        string bare = _text[_at..end].Trim();
        _at = end;
        return bare;
    }
}
