using System.Globalization;
using Value = System.Func<PSBan.Jails.Increments.FormulaValues, double>;

namespace PSBan.Jails.Increments;

/// <summary>Reads an expression by recursive descent, one method for each level of precedence in Python's grammar (The Python Language Reference, 6.17).</summary>
/// <remarks>Every value is a double: whole numbers are exact up to 2^53, more than a length of time needs.</remarks>
internal sealed class FormulaParser(string text)
{
    private const int MostLevels = 50;
    private int _position;
    private int _level;

    public Value Parse()
    {
        Value value = Conditional();
        SkipBlanks();
        return _position == text.Length ? value : throw Unexpected("an operator or the end");
    }

    private Value Conditional()
    {
        // Only here does the grammar turn back on itself.
        if (++_level > MostLevels)
        {
            throw new FormulaException(text, _position, $"The formula is nested more than {MostLevels} deep.");
        }

        Value then = Or();
        if (TakeWord("if"))
        {
            Value condition = Or();
            if (!TakeWord("else"))
            {
                throw Unexpected("'else'");
            }

            Value whole = then, otherwise = Conditional();
            then = values => condition(values) != 0 ? whole(values) : otherwise(values);
        }

        _level--;
        return then;
    }

    private Value Or()
    {
        Value left = And();
        while (TakeWord("or"))
        {
            Value first = left, second = And();
            left = values => first(values) is var value && value != 0 ? value : second(values);
        }

        return left;
    }

    private Value And()
    {
        Value left = Not();
        while (TakeWord("and"))
        {
            Value first = left, second = Not();
            left = values => first(values) is var value && value == 0 ? value : second(values);
        }

        return left;
    }

    private Value Not()
    {
        bool isTurned = false, isNot = false;
        while (TakeWord("not"))
        {
            (isTurned, isNot) = (!isTurned, true);
        }

        Value value = Comparison();
        return !isNot ? value : isTurned ? values => Truth(value(values) == 0) : values => Truth(value(values) != 0);
    }

    private Value Comparison()
    {
        Value left = Binary(0);
        Value? chain = null;
        while (Take("<=", ">=", "==", "!=", "<", ">") is { } sign)
        {
            Value first = left, second = Binary(0);
            Value test = sign switch
            {
                "<=" => values => Truth(first(values) <= second(values)),
                ">=" => values => Truth(first(values) >= second(values)),
                "==" => values => Truth(first(values) == second(values)),
                "!=" => values => Truth(first(values) != second(values)),
                "<" => values => Truth(first(values) < second(values)),
                _ => values => Truth(first(values) > second(values)),
            };

            // a < b < c means that both hold.
            Value? before = chain;
            chain = before is null ? test : values => before(values) != 0 ? test(values) : 0;
            left = second;
        }

        return chain ?? left;
    }

    // The operators that lean to the left, loosest first.
    private Value Binary(int level)
    {
        string[][] levels = [["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "//", "/", "%"]];
        if (level == levels.Length)
        {
            return Unary();
        }

        Value left = Binary(level + 1);
        while (Take(levels[level]) is { } sign)
        {
            Value first = left, second = Binary(level + 1);
            Func<double, double, double> apply = FormulaMath.Operators[sign];
            left = values => apply(first(values), second(values));
        }

        return left;
    }

    private Value Unary()
    {
        bool isNegative = false;
        while (Take("-", "+", "~") is { } sign)
        {
            if (sign == "~")
            {
                Value operand = Unary();
                return isNegative ? values => FormulaMath.Whole(operand(values)) + 1 : values => -FormulaMath.Whole(operand(values)) - 1;
            }

            isNegative ^= sign == "-";
        }

        Value value = Power();
        return isNegative ? values => -value(values) : value;
    }

    private Value Power()
    {
        Value left = Atom();
        if (Take("**") is null)
        {
            return left;
        }

        Value right = Unary();
        return values => Math.Pow(left(values), right(values));
    }

    private Value Atom()
    {
        SkipBlanks();
        char next = Peek();
        if (next == '(')
        {
            _position++;
            Value inner = Conditional();
            Expect(")");
            return inner;
        }

        return char.IsAsciiDigit(next) || next == '.' ? Number()
            : char.IsAsciiLetter(next) || next == '_' ? Name()
            : throw Unexpected("a number, a name or '('");
    }

    private Value Number()
    {
        int start = _position;
        SkipWhile(char.IsAsciiDigit);
        if (Peek() == '.')
        {
            _position++;
            SkipWhile(char.IsAsciiDigit);
        }

        if (Peek() is 'e' or 'E')
        {
            int exponent = _position + 1;
            exponent += exponent < text.Length && text[exponent] is '+' or '-' ? 1 : 0;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                _position = exponent;
                SkipWhile(char.IsAsciiDigit);
            }
        }

        if (!double.TryParse(text.AsSpan(start.._position), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number))
        {
            _position = start;
            throw Unexpected("a number");
        }

        return _ => number;
    }

    private Value Name()
    {
        int start = _position;
        SkipWhile(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');
        string name = text[start.._position];
        switch (name)
        {
            case "ban.Time":
                return values => values.Time;
            case "ban.Count":
                return values => values.Count;
            case "banFactor":
                return values => values.Factor;
        }

        if (FormulaMath.Constants.TryGetValue(name, out double constant))
        {
            return _ => constant;
        }

        if (FormulaMath.Functions.TryGetValue(name, out FormulaFunction? function))
        {
            List<Value> arguments = Arguments();
            if (arguments.Count < function.Least || arguments.Count > function.Most)
            {
                throw new FormulaException(text, start, $"'{name}' takes {function.Arity}, not {arguments.Count}.");
            }

            return values => function.Apply([.. arguments.Select(argument => argument(values))]);
        }

        throw new FormulaException(text, start, $"'{name}' is not known here; there are ban.Time, ban.Count, banFactor, {string.Join(", ", FormulaMath.Names)}.");
    }

    private List<Value> Arguments()
    {
        List<Value> arguments = [];
        Expect("(");
        SkipBlanks();
        if (Peek() != ')')
        {
            do
            {
                arguments.Add(Conditional());
            }
            while (Take(",") is not null);
        }

        Expect(")");
        return arguments;
    }

    private void Expect(string sign)
    {
        if (Take(sign) is null)
        {
            throw Unexpected($"'{sign}'");
        }
    }

    private string? Take(params ReadOnlySpan<string> signs)
    {
        SkipBlanks();
        foreach (string sign in signs)
        {
            // One sign may begin another: '*' is not the beginning of '**', nor '<' that of '<<'.
            bool isOther = text.AsSpan(_position).StartsWith("**") && sign == "*"
                || (sign is "<" or ">" && _position + 1 < text.Length && text[_position + 1] == sign[0]);
            if (!isOther && text.AsSpan(_position).StartsWith(sign))
            {
                _position += sign.Length;
                return sign;
            }
        }

        return null;
    }

    private bool TakeWord(string word)
    {
        SkipBlanks();
        int end = _position + word.Length;
        if (!text.AsSpan(_position).StartsWith(word) || (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '.')))
        {
            return false;
        }

        _position = end;
        return true;
    }

    private char Peek() => _position < text.Length ? text[_position] : '\0';

    private void SkipBlanks() => SkipWhile(char.IsWhiteSpace);

    private void SkipWhile(Func<char, bool> what)
    {
        while (_position < text.Length && what(text[_position]))
        {
            _position++;
        }
    }

    private FormulaException Unexpected(string expected)
    {
        SkipBlanks();
        string found = _position < text.Length ? $"'{text[_position]}'" : "the end";
        return new FormulaException(text, _position, $"Found {found} where {expected} was expected.");
    }

    private static double Truth(bool holds) => holds ? 1 : 0;
}
