using PSBan.Matching.Patterns.Tree;

namespace PSBan.Matching.Patterns.Engine;

/// <summary>A pattern as steps for the <see cref="SafeEngine"/>.</summary>
/// <param name="Code">The steps, started at the first.</param>
/// <param name="Branches">How many of them remember where they have been.</param>
/// <param name="Runs">How many of them are runs.</param>
/// <param name="Slots">How many places are noted: two for each group that is seen, one for each loop whose rounds may take nothing.</param>
/// <param name="Conditions">The first slots of the groups that conditions ask for.</param>
/// <param name="References">The first slots of the groups that back-references repeat.</param>
/// <param name="GroupSlots">The first slot of every named group, in the order of the names.</param>
/// <param name="IsLinear">Whether the steps taken are bounded by the length of the text times the length of the program.</param>
internal sealed record SafeProgram(
    Instruction[] Code, int Branches, int Runs, int Slots, IReadOnlyList<int> Conditions, IReadOnlyList<int> References, IReadOnlyList<int> GroupSlots,
    bool IsLinear)
{
    /// <summary>Whether it can match nowhere but at the start of the text.</summary>
    public bool IsTiedToStart => Code.FirstOrDefault(step => step.Operation != Operation.Save) is { Operation: Operation.Anchor, X: (int)AnchorKind.Start };

    /// <summary>Compiles a pattern; null where it would be too long or has too many conditions.</summary>
    /// <param name="pattern">The pattern.</param>
    public static SafeProgram? Compile(ParsedPattern pattern) => new SafeCompiler(pattern).Compile();
}
