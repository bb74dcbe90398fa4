using System.Globalization;
using System.Text.RegularExpressions;

namespace PSBan.Model;

public readonly partial record struct Duration
{
    private static readonly (string Units, string Factor)[] s_units =
    [
        ("days|day|da|dd|d", "86400"),
        ("weeks|week|wee|we|ww|w", "604800"),
        ("months|month|mon|mo", "2629800"),
        ("years|year|yea|ye|yy|y", "31557600"),
        ("seconds|second|sec|se|ss|s", "1"),
        ("minutes|minute|min|mi|mm|m", "60"),
        ("hours|hour|hou|ho|hh|h", "3600"),
    ];

    /// <summary>Reads a time value by fail2ban's rules: units, sums, and arithmetic with <c>+ - * /</c> and parentheses.</summary>
    /// <param name="text">The text, such as <c>600</c>, <c>1d12h</c>, <c>1h-30m</c>, <c>2*3m</c> or <c>-1</c>.</param>
    /// <param name="duration">The value read; every negative result is <see cref="Permanent"/>.</param>
    /// <returns>Whether the text is a time value.</returns>
    public static bool TryParse(string? text, out Duration duration)
    {
        duration = default;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 200)
        {
            return false;
        }

        string expression = DigitAfterLetter().Replace(text.Trim().ToLowerInvariant(), " ");
        foreach ((string units, string factor) in s_units)
        {
            expression = Regex.Replace(expression, $@"(?<=[0-9 ])\s*(?:{units})(?![a-z])", $"*{factor}", RegexOptions.None, TimeSpan.FromSeconds(1));
        }

        expression = BlankBetweenDigits().Replace(expression, "+");
        var evaluator = new Evaluator(expression);
        if (!evaluator.TryRun(out double seconds) || double.IsNaN(seconds) || double.IsInfinity(seconds))
        {
            return false;
        }

        duration = FromSeconds(seconds);
        return true;
    }

    /// <summary>Reads a time value by fail2ban's rules.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">The text is no time value.</exception>
    public static Duration Parse(string text) =>
        TryParse(text, out Duration duration)
            ? duration
            : throw new FormatException($"'{text}' is no time value; write seconds or units, such as 600, 10m, 1d12h, or -1 for ever.");

    [GeneratedRegex("(?<=[a-z])(?=[0-9])")]
    private static partial Regex DigitAfterLetter();

    [GeneratedRegex(@"(?<=[0-9])\s+(?=[0-9])")]
    private static partial Regex BlankBetweenDigits();

    /// <summary>Sums, products, signs, parentheses and decimal numbers; nothing else.</summary>
    private ref struct Evaluator(string text)
    {
        private readonly string _text = text;
        private int _at;

        public bool TryRun(out double value) => Sum(out value, 0) && Next() == '\0';

        private char Next()
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }

            return _at < _text.Length ? _text[_at] : '\0';
        }

        private bool Sum(out double value, int depth)
        {
            if (!Product(out value, depth))
            {
                return false;
            }

            while (Next() is '+' or '-')
            {
                bool minus = _text[_at++] == '-';
                if (!Product(out double right, depth))
                {
                    return false;
                }

                value += minus ? -right : right;
            }

            return true;
        }

        private bool Product(out double value, int depth)
        {
            if (!Factor(out value, depth))
            {
                return false;
            }

            while (Next() is '*' or '/')
            {
                bool divide = _text[_at++] == '/';
                if (!Factor(out double right, depth) || (divide && right == 0))
                {
                    return false;
                }

                value = divide ? value / right : value * right;
            }

            return true;
        }

        private bool Factor(out double value, int depth)
        {
            value = 0;
            if (depth > 50)
            {
                return false;
            }

            char c = Next();
            if (c is '+' or '-')
            {
                _at++;
                bool ok = Factor(out value, depth + 1);
                value = c == '-' ? -value : value;
                return ok;
            }

            if (c == '(')
            {
                _at++;
                if (!Sum(out value, depth + 1) || Next() != ')')
                {
                    return false;
                }

                _at++;
                return true;
            }

            int start = _at;
            while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] == '.'))
            {
                _at++;
            }

            return double.TryParse(_text.AsSpan(start, _at - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
        }
    }
}
