namespace PSBan.Matching.Conversations;

/// <summary>What is known of one session: the lines of a log that carry the same <c>&lt;F-MLFID&gt;</c>.</summary>
/// <param name="data">The groups captured by the first line.</param>
internal sealed class Conversation(CapturedData data)
{
    // Two make the difference; a client could name as many as it likes.
    private const int MostUsers = 100;

    private CapturedData _data = data;
    private bool _isShared;
    private string? _firstUser;
    private SortedSet<string>? _users;

    /// <summary>The captured groups, the latest value of each; only to be looked at.</summary>
    public CapturedData Data => _data;

    /// <summary>Every user name tried, in ordinal order.</summary>
    public string[] Users => _users is not null ? [.. _users] : _firstUser is not null ? [_firstUser] : [];

    /// <summary>Whether more than one user name was tried.</summary>
    public bool HasManyUsers => _users is not null;

    /// <summary>The lines of the failure so far; replaced and never changed.</summary>
    public IReadOnlyList<string> Matches { get; set; } = [];

    /// <summary>The lines that are no failure by themselves, kept in case one follows; replaced and never changed.</summary>
    public IReadOnlyList<string> NoFailMatches { get; set; } = [];

    /// <summary>Whether a failure waits for an address.</summary>
    public bool IsPending { get; set; }

    /// <summary>The captured groups as they are now, for somebody who keeps them.</summary>
    public CapturedData Share()
    {
        _isShared = true;
        return _data;
    }

    /// <summary>Takes in what a further line captured.</summary>
    /// <param name="data">The groups.</param>
    public void Add(CapturedData data) => Own().Add(data);

    /// <summary>Notes a user name.</summary>
    /// <param name="user">The name; null or empty where there is none.</param>
    public void AddUser(string? user)
    {
        if (string.IsNullOrEmpty(user) || user == _firstUser || _users?.Count >= MostUsers)
        {
            return;
        }

        if (_firstUser is null)
        {
            _firstUser = user;
            return;
        }

        _users ??= new SortedSet<string>(StringComparer.Ordinal) { _firstUser };
        _users.Add(user);
    }

    /// <summary>Whether a mark is set.</summary>
    /// <param name="name">The group that carries it.</param>
    public bool HasMark(string name) => _data.HasText(name);

    /// <summary>Takes a mark off.</summary>
    /// <param name="name">The group that carries it.</param>
    /// <returns>Whether it was set.</returns>
    public bool TakeMark(string name) => _data.Has(name) && Own().TakeText(name);

    /// <summary>The groups to be changed, not those that somebody else keeps as they were.</summary>
    private CapturedData Own()
    {
        _data = _isShared ? new CapturedData(_data) : _data;
        _isShared = false;
        return _data;
    }
}
