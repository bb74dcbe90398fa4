namespace PSBan.Matching;

/// <summary>What a filter made of one line.</summary>
public enum LineVerdict
{
    /// <summary>No failregex matched, or what matched says nothing about anybody.</summary>
    Missed,

    /// <summary>A failregex matched. There may be no failure yet: a conversation may still wait for its address.</summary>
    Matched,

    /// <summary>An ignoreregex matched, or the match alone is no failure (<c>&lt;F-NOFAIL&gt;</c>).</summary>
    Ignored,

    /// <summary>A pattern took longer than its limit, and no other one matched; only this line is lost.</summary>
    TimedOut,

    /// <summary>The line is older than the window and was not looked at.</summary>
    Dropped,
}
