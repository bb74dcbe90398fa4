namespace PSBan.Matching.Conversations;

/// <summary>What is known of one session: the lines of a log that carry the same <c>&lt;F-MLFID&gt;</c>.</summary>
/// <param name="data">The groups captured by the first line.</param>
internal sealed class Conversation(Dictionary<string, string> data)
{
    // Two make the difference; a client could name as many as it likes.
    private const int MostUsers = 100;

    /// <summary>The captured groups, the latest value of each.</summary>
    public Dictionary<string, string> Data { get; } = data;

    /// <summary>Every user name tried; null as long as there is none.</summary>
    public SortedSet<string>? Users { get; private set; }

    /// <summary>The lines of the failure so far.</summary>
    public List<string> Matches { get; set; } = [];

    /// <summary>The lines that are no failure by themselves, kept in case one follows.</summary>
    public List<string> NoFailMatches { get; set; } = [];

    /// <summary>Whether a failure waits for an address.</summary>
    public bool IsPending { get; set; }

    /// <summary>Notes a user name.</summary>
    /// <param name="user">The name; null or empty where there is none.</param>
    public void AddUser(string? user)
    {
        if (!string.IsNullOrEmpty(user) && !(Users?.Count >= MostUsers))
        {
            (Users ??= new SortedSet<string>(StringComparer.Ordinal)).Add(user);
        }
    }

    /// <summary>Whether a mark is set.</summary>
    /// <param name="name">The group that carries it.</param>
    public bool HasMark(string name) => Data.TryGetValue(name, out string? value) && value.Length > 0;

    /// <summary>Takes a mark off.</summary>
    /// <param name="name">The group that carries it.</param>
    /// <returns>Whether it was set.</returns>
    public bool TakeMark(string name) => Data.Remove(name, out string? value) && value.Length > 0;
}
