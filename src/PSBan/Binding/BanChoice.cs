using PSBan.Model;

namespace PSBan.Binding;

/// <summary>Chooses bans by jail and identifier for a whole pipeline: thousands of single bans cost a look into a table each, and only patterns are compared.</summary>
internal sealed class BanChoice
{
    private readonly Dictionary<string, List<Wish>> _exact = new(StringComparer.Ordinal);
    private readonly List<Wish> _broad = [];

    /// <summary>Takes the wishes; a jail or an address that is null means all.</summary>
    public BanChoice(IEnumerable<(string? Jail, BanIdPattern? Address)> wishes)
    {
        foreach ((string? jail, BanIdPattern? address) in wishes)
        {
            var wish = new Wish(jail, address, new NamePatterns(jail is null ? null : [jail]));
            BanId id = BanId.FromText(address?.Text ?? string.Empty);
            if (address is not { IsLiteral: true } || (id.IsAddress && !id.Address.IsHost))
            {
                _broad.Add(wish);
                continue;
            }

            string text = id.ToString();
            if (!_exact.TryGetValue(text, out List<Wish>? same))
            {
                _exact[text] = same = [];
            }

            same.Add(wish);
        }
    }

    /// <summary>The wishes for one address, prefix or text that nothing has met.</summary>
    public IEnumerable<(string? Jail, BanIdPattern? Address)> Unmet => _broad.Where(wish => wish.Address is { IsLiteral: true }).Concat(_exact.Values.SelectMany(same => same)).Where(wish => !wish.IsMet).Select(wish => (wish.Jail, wish.Address));

    /// <summary>Whether a ban is chosen.</summary>
    public bool IsMatch(string jail, BanId id)
    {
        bool isMatch = false;
        foreach (Wish wish in _exact.GetValueOrDefault(id.ToString()) ?? [])
        {
            isMatch |= wish.Meet(jail);
        }

        foreach (Wish wish in _broad.Where(wish => wish.Address is null || wish.Address.IsMatch(id)))
        {
            isMatch |= wish.Meet(jail);
        }

        // An address may be banned with the prefix around it; few bans are prefixes.
        foreach (Wish wish in id.IsAddress && !id.Address.IsHost ? _exact.Values.SelectMany(same => same).Where(wish => wish.Address!.IsMatch(id)) : [])
        {
            isMatch |= wish.Meet(jail);
        }

        return isMatch;
    }

    private sealed class Wish(string? jail, BanIdPattern? address, NamePatterns names)
    {
        public string? Jail => jail;

        public BanIdPattern? Address => address;

        public bool IsMet { get; private set; }

        public bool Meet(string name)
        {
            bool isMatch = names.IsMatch(name);
            IsMet |= isMatch;
            return isMatch;
        }
    }
}
