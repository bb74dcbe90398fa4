using System.Collections.Concurrent;

namespace PSBan.Sources;

/// <summary>
/// Blocks to read into, for whoever has something to read at the moment. A few are kept for the next one; the shared pool of the runtime would keep one for each
/// log that ever had much, and for hours.
/// </summary>
/// <typeparam name="T">What the blocks are made of.</typeparam>
internal static class ReadBlocks<T>
    where T : unmanaged
{
    private static readonly ConcurrentStack<T[]> s_free = new();

    /// <summary>Lends a block.</summary>
    /// <param name="length">How long it has to be at least.</param>
    public static T[] Rent(int length) =>
        s_free.TryPop(out T[]? block) && block.Length >= length ? block : GC.AllocateUninitializedArray<T>(length);

    /// <summary>Takes a block back, or leaves it to the collector where enough are kept.</summary>
    /// <param name="block">The block; nothing happens where it is empty.</param>
    public static void Return(T[] block)
    {
        if (block.Length > 0 && s_free.Count < Environment.ProcessorCount)
        {
            s_free.Push(block);
        }
    }
}
