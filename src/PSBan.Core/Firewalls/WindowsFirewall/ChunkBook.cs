using PSBan.Model;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>The addresses that share one rule of the Windows Firewall.</summary>
/// <param name="number">The number of the chunk, from 1.</param>
internal sealed class Chunk(int number)
{
    /// <summary>The number, from 1.</summary>
    public int Number => number;

    /// <summary>The addresses.</summary>
    public HashSet<Address> Addresses { get; } = [];

    /// <summary>How many characters they take, commas included.</summary>
    public int Length { get; set; }

    /// <summary>Whether the Windows Firewall holds something else.</summary>
    public bool IsDirty { get; set; }
}

/// <summary>Which address of a rule stands in which chunk. A change touches as few chunks as can be; the lowest one with room takes what comes, so that the numbers stay low.</summary>
/// <param name="layout">The rule.</param>
internal sealed class ChunkBook(NetshLayout layout)
{
    // An IPv4 address takes 16 characters at most, an IPv6 address 40: a line stays as short as 4,000 characters whatever the addresses are,
    // for nobody has written down how long a line netsh reads.
    private const int LengthPerAddress = 20;

    private readonly SortedDictionary<int, Chunk> _chunks = [];
    private readonly SortedSet<int> _roomy = [];
    private readonly Dictionary<Address, Chunk> _places = [];

    /// <summary>The rule.</summary>
    public NetshLayout Layout => layout;

    /// <summary>The addresses.</summary>
    public IReadOnlyCollection<Address> Addresses => _places.Keys;

    /// <summary>The chunks, the empty ones that are yet to be removed among them.</summary>
    public IReadOnlyCollection<Chunk> Chunks => _chunks.Values;

    /// <summary>The chunks that have to be written.</summary>
    public IEnumerable<Chunk> Dirty => _chunks.Values.Where(chunk => chunk.IsDirty);

    /// <summary>Takes an address in, unless it is there.</summary>
    /// <param name="address">The address or prefix.</param>
    public void Add(Address address)
    {
        if (_places.ContainsKey(address))
        {
            return;
        }

        int length = address.ToString().Length + 1;
        Chunk? chunk = null;
        foreach (int number in _roomy)
        {
            Chunk candidate = _chunks[number];
            if (candidate.Length + length <= layout.ChunkSize * LengthPerAddress || candidate.Addresses.Count == 0)
            {
                chunk = candidate;
                break;
            }
        }

        Put(address, chunk ?? GetOrAdd(FirstFree()), length);
    }

    /// <summary>Strikes an address out, if it is there.</summary>
    /// <param name="address">The address or prefix.</param>
    public void Remove(Address address)
    {
        if (_places.Remove(address, out Chunk? chunk))
        {
            chunk.Addresses.Remove(address);
            chunk.Length -= address.ToString().Length + 1;
            chunk.IsDirty = true;
            _roomy.Add(chunk.Number);
        }
    }

    /// <summary>Takes over what stands: the chunk as it is written, also one that is fuller than it should be.</summary>
    /// <param name="number">The number of the chunk.</param>
    /// <param name="addresses">Its addresses.</param>
    /// <param name="isDirty">Whether it has to be written all the same.</param>
    public void Load(int number, IEnumerable<Address> addresses, bool isDirty)
    {
        Chunk chunk = GetOrAdd(number);
        chunk.IsDirty |= isDirty;
        foreach (Address address in addresses)
        {
            if (_places.ContainsKey(address))
            {
                // It stands in two chunks; one is enough.
                chunk.IsDirty = true;
                continue;
            }

            bool wasDirty = chunk.IsDirty;
            Put(address, chunk, address.ToString().Length + 1);
            chunk.IsDirty = wasDirty;
        }
    }

    /// <summary>Notes that the Windows Firewall holds a chunk as it is in the book.</summary>
    /// <param name="chunk">The chunk.</param>
    public void MarkWritten(Chunk chunk)
    {
        chunk.IsDirty = false;
        if (chunk.Addresses.Count == 0)
        {
            _chunks.Remove(chunk.Number);
            _roomy.Remove(chunk.Number);
        }
    }

    private void Put(Address address, Chunk chunk, int length)
    {
        _places[address] = chunk;
        chunk.Addresses.Add(address);
        chunk.Length += length;
        chunk.IsDirty = true;
        if (chunk.Addresses.Count >= layout.ChunkSize)
        {
            _roomy.Remove(chunk.Number);
        }
    }

    private Chunk GetOrAdd(int number)
    {
        if (!_chunks.TryGetValue(number, out Chunk? chunk))
        {
            _chunks[number] = chunk = new Chunk(number);
            _roomy.Add(number);
        }

        return chunk;
    }

    private int FirstFree()
    {
        int free = 1;
        foreach (int number in _chunks.Keys)
        {
            if (number != free)
            {
                break;
            }

            free++;
        }

        return free;
    }
}
