namespace PSBan.Matching.Dates;

/// <summary>A date pattern cannot be used; the message ends with the pattern and a caret below the place.</summary>
/// <param name="reason">A full sentence: what is wrong and what to write instead.</param>
/// <param name="pattern">The date pattern as written.</param>
/// <param name="position">The place in <paramref name="pattern"/>, counted from 0; negative where there is none.</param>
internal sealed class DatePatternException(string reason, string pattern, int position)
    : Exception(position < 0 ? $"{reason}\n  {pattern}" : $"{reason}\n  {pattern}\n  {new string(' ', position)}^");
