using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace PSBan.Matching;

/// <summary>
/// Captured groups by name. There are few of them, and one set for each failure: looking through them costs less than hashing. Names are interned, and
/// whoever works with them has them interned too; only those who read them as a dictionary need not.
/// </summary>
internal sealed class CapturedData : IReadOnlyDictionary<string, string>
{
    private const int UsualCount = 8;

    private KeyValuePair<string, string>[] _items;
    private int _count;

    /// <summary>Begins with none.</summary>
    public CapturedData() => _items = new KeyValuePair<string, string>[UsualCount];

    /// <summary>Makes a copy.</summary>
    /// <param name="other">The groups to copy.</param>
    public CapturedData(CapturedData other) => (_items, _count) = ([.. other._items], other._count);

    /// <inheritdoc/>
    public int Count => _count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => this.Select(item => item.Key);

    /// <inheritdoc/>
    public IEnumerable<string> Values => this.Select(item => item.Value);

    /// <inheritdoc cref="IReadOnlyDictionary{TKey, TValue}.this"/>
    public string this[string key]
    {
        get => TryGetValue(key, out string? value) ? value : throw new KeyNotFoundException($"No group '{key}' was captured.");
        set
        {
            int index = PlaceOf(key);
            if (index < 0)
            {
                if (_count == _items.Length)
                {
                    Array.Resize(ref _items, _count * 2);
                }

                index = _count++;
            }

            _items[index] = new KeyValuePair<string, string>(key, value);
        }
    }

    /// <summary>The text of a group; null where it was not captured.</summary>
    /// <param name="key">Its name, interned.</param>
    public string? Find(string key) => PlaceOf(key) is >= 0 and int index ? _items[index].Value : null;

    /// <summary>Whether a group was captured and has any text.</summary>
    /// <param name="key">Its name, interned.</param>
    public bool HasText(string key) => Find(key) is { Length: > 0 };

    /// <summary>Whether a group was captured.</summary>
    /// <param name="key">Its name, interned.</param>
    public bool Has(string key) => PlaceOf(key) >= 0;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => (value = IndexOf(key) is >= 0 and int index ? _items[index].Value : null) is not null;

    /// <summary>Takes a group out.</summary>
    /// <param name="key">Its name, interned.</param>
    /// <returns>Whether it was there and had any text.</returns>
    public bool TakeText(string key)
    {
        int index = PlaceOf(key);
        if (index < 0)
        {
            return false;
        }

        bool hasText = _items[index].Value.Length > 0;
        Array.Copy(_items, index + 1, _items, index, --_count - index);
        return hasText;
    }

    /// <summary>Takes in other groups; those of the same name are replaced.</summary>
    /// <param name="other">The groups.</param>
    public void Add(CapturedData other)
    {
        for (int i = 0; i < other._count; i++)
        {
            this[other._items[i].Key] = other._items[i].Value;
        }
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (int i = 0; i < _count; i++)
        {
            yield return _items[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int PlaceOf(string key)
    {
        for (int i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_items[i].Key, key))
            {
                return i;
            }
        }

        return -1;
    }

    private int IndexOf(string key)
    {
        for (int i = 0; i < _count; i++)
        {
            if (string.Equals(_items[i].Key, key, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }
}
