using PSBan.Model;

namespace PSBan.Watch;

/// <summary>How a ban stands in an action. Belongs to an <see cref="ActionBook"/>, which has the lock.</summary>
internal sealed class ActionStanding
{
    /// <summary>The ban, without its lines.</summary>
    public required Ban Ban { get; set; }

    public bool IsWanted { get; set; }

    public bool IsInForce { get; set; }

    /// <summary>Whether its command has been run, well or not, and may have left something.</summary>
    public bool WasTried { get; set; }

    public ActionStep? BanStep { get; set; }

    public ActionStep? ProlongStep { get; set; }

    public ActionStep? UnbanStep { get; set; }

    /// <summary>Whether nothing is left to be remembered of it.</summary>
    public bool IsOver => !IsWanted && !WasTried && BanStep is null && ProlongStep is null && UnbanStep is null;
}
