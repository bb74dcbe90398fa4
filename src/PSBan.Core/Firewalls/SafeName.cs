using System.Security.Cryptography;
using System.Text;

namespace PSBan.Firewalls;

/// <summary>Makes a name that a packet filter takes from any text, such as the name of a jail. The same text always gives the same name.</summary>
internal static class SafeName
{
    private const int HashLength = 8;

    /// <summary>Keeps the text where it is safe and short enough; otherwise replaces what is not, cuts, and appends a hash so that two texts stay apart.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maximum">The most characters the packet filter takes.</param>
    public static string From(string text, int maximum)
    {
        string safe = string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_'));
        if (safe == text && safe.Length <= maximum && safe.Length > 0)
        {
            return safe;
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashLength];
        return safe[..Math.Min(safe.Length, maximum - HashLength - 1)] + "-" + hash;
    }
}
