using System.Globalization;

namespace PSBan.Firewalls;

/// <summary>The ports of named services: those of the system's list (services(5)), and the usual ones where a container has no list.</summary>
internal static class ServiceNames
{
    // IANA's register of service names and port numbers; the names that the jails of jail.conf use, and a few aliases of Debian's list.
    private const string Usual = """
        ftp-data 20, ftp 21, ssh 22, telnet 23, smtp 25, domain 53, http 80, pop3 110, ident 113, nntp 119, ntp 123, imap2 143, imap 143, snmp 161,
        irc 194, ldap 389, https 443, submissions 465, smtps 465, urd 465, ssmtp 465, syslog 514, submission 587, ldaps 636, rsync 873,
        ftps-data 989, ftps 990, telnets 992, imaps 993, pop3s 995, socks 1080, openvpn 1194, ms-sql-s 1433, mysql 3306, ms-wbt-server 3389, sieve 4190,
        sip 5060, sip-tls 5061, xmpp-client 5222, postgresql 5432, ircd 6667, http-alt 8080, webcache 8080, webmin 10000
        """;

    private static readonly Lazy<Dictionary<string, int>> s_ports = new(() => Read(SystemLines()));

    /// <summary>Looks a service up.</summary>
    /// <param name="name">Its name or alias.</param>
    /// <param name="port">Its port.</param>
    public static bool TryGetPort(string name, out int port) => s_ports.Value.TryGetValue(name, out port);

    /// <summary>Makes the table from lines such as <c>submissions 465/tcp ssmtp smtps</c>; the first entry of a name counts, and the usual names come last.</summary>
    /// <param name="lines">The lines of the system's list.</param>
    internal static Dictionary<string, int> Read(IEnumerable<string> lines)
    {
        Dictionary<string, int> ports = new(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            string[] words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && ushort.TryParse(words[1].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            {
                foreach (string name in words.Where((_, index) => index != 1))
                {
                    ports.TryAdd(name, port);
                }
            }
        }

        foreach (string entry in Usual.Split(',', StringSplitOptions.TrimEntries))
        {
            int blank = entry.IndexOf(' ');
            ports.TryAdd(entry[..blank], int.Parse(entry.AsSpan(blank + 1), CultureInfo.InvariantCulture));
        }

        return ports;
    }

    private static string[] SystemLines()
    {
        string path = OperatingSystem.IsWindows() ? Path.Combine(Environment.SystemDirectory, "drivers", "etc", "services") : "/etc/services";
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
