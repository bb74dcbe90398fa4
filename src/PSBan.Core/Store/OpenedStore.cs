namespace PSBan.Store;

/// <summary>A store made ready for a watch.</summary>
/// <param name="Store">The store.</param>
/// <param name="State">What it holds.</param>
/// <param name="Damage">What was found wrong with the store that was there, and where it lies now; null where all was well.</param>
public sealed record OpenedStore(IBanStore Store, StoredState State, string? Damage)
{
    /// <summary>Opens a store and reads it. A damaged one is set aside under another name, and a new one is begun.</summary>
    /// <param name="options">Which, and how.</param>
    /// <exception cref="StoreException">It cannot be opened, belongs to somebody else, or cannot be set aside.</exception>
    public static OpenedStore Open(StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        StoreException damage;
        try
        {
            return Read(options, null);
        }
        catch (StoreException e) when (e.Failure == StoreFailure.Corrupt)
        {
            damage = e;
        }

        string aside = SetAside(options, damage);
        return Read(options, $"{damage.Message} It lies at {aside} now, and a new one was begun.");
    }

    private static string SetAside(StoreOptions options, StoreException damage)
    {
        try
        {
            return StoreFile.SetAside(options.Path, options.Clock.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Unavailable, $"{damage.Message} It cannot be set aside either: {e.Message} Move it away.", e);
        }
    }

    private static OpenedStore Read(StoreOptions options, string? damage)
    {
        IBanStore store = StoreLoader.Open(options);
        try
        {
            return new OpenedStore(store, store.Load(), damage);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }
}
