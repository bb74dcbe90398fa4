namespace PSBan.Store;

/// <summary>Which store to open, and how.</summary>
/// <param name="Path">Its file.</param>
public sealed record StoreOptions(string Path)
{
    /// <summary>The matching lines kept with a ban when nothing else is said.</summary>
    public const int DefaultMaxMatches = 10;

    /// <summary>Whether to look only: nothing is made, changed or claimed, and a watch may be running on it.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>How many matching lines are kept with a ban (<c>dbmaxmatches</c>).</summary>
    /// <value>The default is 10.</value>
    public int MaxMatches { get; init; } = DefaultMaxMatches;

    /// <summary>The clock.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>Opens stores on disk; implemented by an assembly of its own.</summary>
public interface IBanStoreProvider
{
    /// <summary>Opens a store and makes its file where there is none.</summary>
    /// <param name="options">Which, and how.</param>
    /// <exception cref="StoreException">It cannot be opened; a damaged or foreign file is left as it is.</exception>
    IBanStore Open(StoreOptions options);
}
