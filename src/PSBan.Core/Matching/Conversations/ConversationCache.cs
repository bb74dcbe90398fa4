using PSBan.Model;

namespace PSBan.Matching.Conversations;

/// <summary>The sessions of late: a hundred at most, each for five minutes from its first line.</summary>
/// <param name="clock">The clock the five minutes are measured by.</param>
internal sealed class ConversationCache(TimeProvider clock)
{
    private const int Capacity = 100;

    // More are never shown; a client could make a session as long as it likes.
    private const int MostLines = 100;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _order = [];

    /// <summary>How often something has changed.</summary>
    public long Version { get; private set; }

    /// <summary>Copies the sessions that have not expired, oldest first.</summary>
    public IReadOnlyList<RememberedSession> Remember()
    {
        DateTimeOffset now = clock.GetUtcNow();
        return [.. _order.Select(session => (Id: session, Entry: _entries[session])).Where(session => session.Entry.Expiry > now).Select(session => Remember(session.Id, session.Entry.Value, session.Entry.Expiry))];
    }

    /// <summary>Begins from what was remembered.</summary>
    /// <param name="sessions">The sessions, oldest first.</param>
    public void Recall(IReadOnlyList<RememberedSession> sessions)
    {
        _entries.Clear();
        _order.Clear();
        foreach (RememberedSession session in sessions.TakeLast(Capacity))
        {
            CapturedData data = new();
            foreach ((string name, string text) in session.Data)
            {
                data[string.Intern(name)] = text;
            }

            Conversation conversation = new(data)
            {
                Matches = [.. session.Matches],
                NoFailMatches = [.. session.NoFailMatches],
                IsPending = session.IsPending,
            };
            foreach (string user in session.Users)
            {
                conversation.AddUser(user);
            }

            if (_entries.TryAdd(session.Id, new Entry(conversation, session.Expires)))
            {
                _order.AddLast(session.Id);
            }
        }
    }

    /// <summary>Merges a match into its session.</summary>
    /// <param name="session">What identifies the session.</param>
    /// <param name="data">The captured groups; owned by the conversation from here on.</param>
    /// <param name="lines">The lines matched.</param>
    /// <returns>The conversation, with the marks that hold after this line.</returns>
    public Conversation Merge(string session, CapturedData data, IReadOnlyList<string> lines)
    {
        Version++;
        bool isGained = data.HasText(ConversationGroups.Gained);
        if (isGained && !data.HasText(ConversationGroups.NoFail))
        {
            data[ConversationGroups.NoFail] = data[ConversationGroups.Gained];
        }

        bool isNoFail = data.HasText(ConversationGroups.NoFail);
        bool isForget = data.TakeText(ConversationGroups.Forget);
        if (Find(session) is { } conversation)
        {
            Update(conversation, data, isGained);
            if (isForget)
            {
                Remove(session);
            }
        }
        else
        {
            conversation = new Conversation(data);
            if (!isForget)
            {
                conversation.AddUser(data.Find(ConversationGroups.User));
                Add(session, conversation);
            }
        }

        // A failure that waited, or a second user, is a failure whatever this line says.
        if (conversation.IsPending || conversation.HasManyUsers)
        {
            conversation.IsPending = false;
            conversation.TakeMark(ConversationGroups.NoFail);
            conversation.TakeMark(ConversationGroups.Gained);
            (isNoFail, isGained) = (false, false);
        }

        if (!isNoFail)
        {
            conversation.Matches = Join(Join(conversation.NoFailMatches, conversation.Matches), isGained ? [] : lines);
            conversation.NoFailMatches = [];
        }
        else if (!isForget)
        {
            conversation.NoFailMatches = Join(conversation.NoFailMatches, lines);
        }

        return conversation;
    }

    /// <summary>The latest lines of both.</summary>
    private static IReadOnlyList<string> Join(IReadOnlyList<string> earlier, IReadOnlyList<string> later) =>
        earlier.Count == 0 && later.Count <= MostLines ? later
        : later.Count == 0 ? earlier
        : [.. earlier.Concat(later).Skip(Math.Max(0, earlier.Count + later.Count - MostLines))];

    // The lists of a conversation are replaced and never changed; its groups are changed.
    private static RememberedSession Remember(string id, Conversation conversation, DateTimeOffset expires) => new(
        id, expires, new Dictionary<string, string>(conversation.Data, StringComparer.Ordinal), [.. conversation.Users ?? []], conversation.Matches, conversation.NoFailMatches, conversation.IsPending);

    private static void Update(Conversation conversation, CapturedData data, bool isGained)
    {
        conversation.AddUser(data.Find(ConversationGroups.User));
        bool wasNoFail = conversation.TakeMark(ConversationGroups.NoFail) | conversation.TakeMark(ConversationGroups.Gained);
        if (isGained)
        {
            conversation.IsPending = false;
        }

        if (!wasNoFail && !conversation.IsPending)
        {
            // They have been reported.
            conversation.Matches = [];
        }

        conversation.Add(data);
    }

    private Conversation? Find(string session)
    {
        if (!_entries.TryGetValue(session, out Entry? entry))
        {
            return null;
        }

        if (entry.Expiry > clock.GetUtcNow())
        {
            return entry.Value;
        }

        Remove(session);
        return null;
    }

    private void Add(string session, Conversation conversation)
    {
        DateTimeOffset now = clock.GetUtcNow();
        while (_entries.Count >= Capacity)
        {
            // The expired ones at the head go too, not only the oldest.
            do
            {
                _entries.Remove(_order.First!.Value);
                _order.RemoveFirst();
            }
            while (_order.First is { } next && _entries[next.Value].Expiry <= now);
        }

        _entries.Add(session, new Entry(conversation, now + s_lifetime));
        _order.AddLast(session);
    }

    private void Remove(string session)
    {
        if (_entries.Remove(session))
        {
            _order.Remove(session);
        }
    }

    private sealed record Entry(Conversation Value, DateTimeOffset Expiry);
}
