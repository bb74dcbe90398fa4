namespace PSBan.Configuration;

/// <summary>Finds the names a misspelt one may have been meant for.</summary>
internal static class NearNames
{
    private const int MostNames = 3;

    /// <summary>A sentence with a leading blank that offers the nearest names; empty where none is near.</summary>
    public static string Hint(string name, IEnumerable<string> names)
    {
        string[] near = Find(name, names);
        return near.Length == 0 ? "" : $" Did you mean {string.Join(" or ", near.Select(candidate => $"'{candidate}'"))}?";
    }

    /// <summary>The nearest names, best first; those that contain the name or are contained in it count as near too.</summary>
    public static string[] Find(string name, IEnumerable<string> names) =>
        names.Distinct(StringComparer.Ordinal)
            .Select(candidate => (candidate, distance: Score(name, candidate)))
            .Where(pair => pair.distance <= Tolerance(name))
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Take(MostNames)
            .Select(pair => pair.candidate)
            .ToArray();

    /// <summary>The number of letters to change, add, drop or swap with the next to make one text of the other.</summary>
    public static int Distance(string left, string right)
    {
        int[,] cost = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int change = left[i - 1] == right[j - 1] ? 0 : 1;
                cost[i, j] = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[left.Length, right.Length];
    }

    private static int Tolerance(string name) => name.Length switch { < 4 => 1, < 9 => 2, _ => 3 };

    private static int Score(string name, string candidate)
    {
        (string a, string b) = (name.ToLowerInvariant(), candidate.ToLowerInvariant());
        bool part = Math.Min(a.Length, b.Length) >= 4 && (a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal));
        return part ? 1 : Distance(a, b);
    }
}
