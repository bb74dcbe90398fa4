namespace PSBan.Model;

/// <summary>A failure that was read and is not counted yet, since somebody is asked about it first: an <c>ignorecommand</c>, or a name server.</summary>
/// <param name="Number">What it is known by in its jail.</param>
/// <param name="Failure">The failure.</param>
/// <param name="Source">The log that it was found in; null where there is none.</param>
public sealed record WaitingFailure(long Number, Failure Failure, string? Source);
