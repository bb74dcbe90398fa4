using PSBan.Model;

namespace PSBan.Jails;

/// <summary>Knows the addresses of host names. The look-ups happen elsewhere; this answers from what is known.</summary>
public interface INameResolver
{
    /// <summary>The addresses that a name has as far as is known; none while nothing is. Must not block or throw.</summary>
    /// <param name="name">The host name, as written.</param>
    /// <returns>The same instance for as long as nothing has changed.</returns>
    IReadOnlyList<Address> AddressesOf(string name);
}
