namespace PSBan.Jails.Increments;

/// <summary>A formula cannot be read; the message shows where, with a caret.</summary>
public sealed class FormulaException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="formula">The formula.</param>
    /// <param name="position">Where it cannot be read on, counted from 0.</param>
    /// <param name="message">What stands there and what was expected.</param>
    public FormulaException(string formula, int position, string message)
        : base($"{message}\n    {formula}\n    {new string(' ', position)}^") => Position = position;

    /// <summary>Where the formula cannot be read on, counted from 0.</summary>
    public int Position { get; }
}
