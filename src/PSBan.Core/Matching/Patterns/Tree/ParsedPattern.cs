namespace PSBan.Matching.Patterns.Tree;

/// <summary>A pattern as a tree.</summary>
/// <param name="Root">The whole of it.</param>
/// <param name="Groups">The names of its capturing groups from group 1 on, in the order of their opening parentheses; null for one without a name.</param>
/// <param name="ReferredGroups">The numbers of the groups that back-references and conditions speak of.</param>
internal sealed record ParsedPattern(Node Root, IReadOnlyList<string?> Groups, IReadOnlySet<int> ReferredGroups);
