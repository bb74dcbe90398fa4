namespace PSBan.Matching.Conversations;

/// <summary>The groups that steer conversations. Their names are interned, as those of captured groups are.</summary>
internal static class ConversationGroups
{
    /// <summary>What identifies the session.</summary>
    public static readonly string Session = string.Intern("mlfid");

    /// <summary>The line ends the session.</summary>
    public static readonly string Forget = string.Intern("mlfforget");

    /// <summary>Access was granted.</summary>
    public static readonly string Gained = string.Intern("mlfgained");

    /// <summary>The match alone is no failure.</summary>
    public static readonly string NoFail = string.Intern("nofail");

    /// <summary>The user name.</summary>
    public static readonly string User = string.Intern("user");
}
