using System.Runtime.Versioning;
using System.Security;
using Microsoft.Win32;

namespace PSBan.Firewalls.WindowsFirewall;

/// <summary>The policy as the registry holds it: the firewall's own one below <c>SharedAccess</c>, that of the domain below <c>Policies</c> (MS-GPFAS 2.2.2, MS-FASP).</summary>
[SupportedOSPlatform("windows")]
internal sealed class RegistryPolicy : IFirewallPolicy
{
    private const string Local = @"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy";
    private const string Domain = @"SOFTWARE\Policies\Microsoft\WindowsFirewall";
    private const string Service = @"SYSTEM\CurrentControlSet\Services\MpsSvc";

    // SERVICE_DISABLED of the service control manager.
    private const int Disabled = 4;

    // The profile that people know as private is called standard in the registry of the machine.
    private static readonly (string Key, string DomainKey, string Name)[] s_profiles =
        [("DomainProfile", "DomainProfile", "domain"), ("StandardProfile", "PrivateProfile", "private"), ("PublicProfile", "PublicProfile", "public")];

    /// <inheritdoc/>
    public IReadOnlyList<PolicyRule> ReadRules()
    {
        try
        {
            using RegistryKey? key = Registry.LocalMachine.OpenSubKey(Local + @"\FirewallRules");
            return key is null ? [] : [.. key.GetValueNames().Select(name => key.GetValue(name) as string).OfType<string>().Select(PolicyRule.Parse).OfType<PolicyRule>()];
        }
        catch (Exception exception) when (exception is IOException or SecurityException or UnauthorizedAccessException)
        {
            throw new FirewallException(FirewallFailure.AccessDenied, $"The rules of the Windows Firewall cannot be read in the registry: {exception.Message} Run as an administrator.", exception);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ReadTroubles()
    {
        List<string> troubles = [];
        if (Number(Service, "Start") == Disabled)
        {
            troubles.Add("The service of the Windows Firewall (MpsSvc) is disabled, so bans do nothing; enable it (Set-Service MpsSvc -StartupType Automatic).");
        }

        foreach ((string key, string domainKey, string name) in s_profiles)
        {
            if ((Number($@"{Domain}\{domainKey}", "EnableFirewall") ?? Number($@"{Local}\{key}", "EnableFirewall")) == 0)
            {
                troubles.Add($"The Windows Firewall is off for {name} networks, so bans do nothing there; switch it on (netsh advfirewall set {name}profile state on).");
            }

            if (Number($@"{Domain}\{domainKey}", "AllowLocalPolicyMerge") == 0)
            {
                troubles.Add($"The domain's group policy lets no rules of this machine act on {name} networks (AllowLocalPolicyMerge is 0), so bans do nothing there.");
            }
        }

        return troubles;
    }

    private static int? Number(string path, string name)
    {
        try
        {
            using RegistryKey? key = Registry.LocalMachine.OpenSubKey(path);
            return key?.GetValue(name) as int?;
        }
        catch (Exception exception) when (exception is IOException or SecurityException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
