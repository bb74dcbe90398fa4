using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>What an <see cref="Instruction"/> does.</summary>
internal enum Operation
{
    /// <summary>Takes the character X.</summary>
    Character,

    /// <summary>Takes a character of the set.</summary>
    Set,

    /// <summary>Takes as many characters of the set as there are, from X to Y, and gives none back.</summary>
    Run,

    /// <summary>Goes on at X, and if that fails at Y.</summary>
    Split,

    /// <summary>The same at the end of a loop's round that began at the place noted in slot Slot; a round that took nothing is the last, and leaves at Leave.</summary>
    Loop,

    /// <summary>Goes on at Leave if the round that began at the place noted in slot Slot took nothing.</summary>
    LeaveIfEmpty,

    /// <summary>Goes on at X.</summary>
    Jump,

    /// <summary>Notes the place in slot X.</summary>
    Save,

    /// <summary>Goes on if the place is an anchor of kind X.</summary>
    Anchor,

    /// <summary>Goes on at Y if the part that starts behind it matches here, or X characters before, X being at least 0.</summary>
    Look,

    /// <summary>Goes on at Y if the part that starts behind it matches nowhere here, or X characters before.</summary>
    NotLook,

    /// <summary>Matches the part that starts behind it once and for all, and goes on at Y.</summary>
    Atomic,

    /// <summary>Goes on at X if the group whose slots start at Extra took part, else at Y.</summary>
    Condition,

    /// <summary>Takes again what the group whose slots start at X took; without regard to case if Y is 1.</summary>
    Backreference,

    /// <summary>Ends the part of a look or an atomic group, or the whole.</summary>
    End,
}

/// <summary>One step of a <see cref="SafeProgram"/>.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="X">By operation.</param>
/// <param name="Y">By operation.</param>
/// <param name="Extra">The number under which its visits are remembered, or by operation.</param>
/// <param name="Set">The set of characters.</param>
/// <param name="Slot">Of a loop.</param>
/// <param name="Leave">Of a loop.</param>
/// <param name="Rounds">The slots of the loops around a step that remembers visits: whether their rounds have taken nothing so far decides how it goes on.</param>
internal readonly record struct Instruction(Operation Operation, int X = 0, int Y = 0, int Extra = 0, CharacterSet? Set = null, int Slot = 0, int Leave = 0, int[]? Rounds = null);
