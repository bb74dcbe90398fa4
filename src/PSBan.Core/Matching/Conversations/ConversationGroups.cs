namespace PSBan.Matching.Conversations;

/// <summary>The groups that steer conversations.</summary>
internal static class ConversationGroups
{
    /// <summary>What identifies the session.</summary>
    public const string Session = "mlfid";

    /// <summary>The line ends the session.</summary>
    public const string Forget = "mlfforget";

    /// <summary>Access was granted.</summary>
    public const string Gained = "mlfgained";

    /// <summary>The match alone is no failure.</summary>
    public const string NoFail = "nofail";

    /// <summary>The user name.</summary>
    public const string User = "user";
}
