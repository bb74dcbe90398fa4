using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using Microsoft.Win32;
using PSBan.Control;
using PSBan.Model;
using PSBan.WindowsProbe;

[assembly: SupportedOSPlatform("windows")]

// Standard input: one command a line, its words divided by tabs. Standard output: one line of JSON for each, an object with "ok" or "error".
const string policy = @"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy";
while (await Console.In.ReadLineAsync().ConfigureAwait(false) is { } line)
{
    object answer;
    try
    {
        answer = new { ok = await RunAsync(line.Split('\t')).ConfigureAwait(false) };
    }
#pragma warning disable CA1031 // Whatever goes wrong is the answer.
    catch (Exception e)
#pragma warning restore CA1031
    {
        answer = new { error = $"{e.GetType().Name}: {e.Message}" };
    }

    await Console.Out.WriteLineAsync(JsonSerializer.Serialize(answer)).ConfigureAwait(false);
}

return 0;

static async Task<object> RunAsync(string[] words)
{
    switch (words)
    {
        case ["rules"]:
            using (RegistryKey? key = Registry.LocalMachine.OpenSubKey(policy + @"\FirewallRules"))
            {
                return key?.GetValueNames().Select(name => (string)key.GetValue(name)!).ToArray() ?? [];
            }

        case ["put-rule", var id, var text]:
            using (RegistryKey key = Registry.LocalMachine.CreateSubKey(policy + @"\FirewallRules"))
            {
                key.SetValue(id, text);
            }

            return true;
        case ["forget-rules"]:
            Registry.LocalMachine.DeleteSubKeyTree(policy, throwOnMissingSubKey: false);
            return true;
        case ["set-profile", var profile, var name, var number]:
            using (RegistryKey key = Registry.LocalMachine.CreateSubKey($@"{policy}\{profile}"))
            {
                key.SetValue(name, int.Parse(number, CultureInfo.InvariantCulture));
            }

            return true;
        case ["write", var path, var text]:
            LogWriter.Append(path, text);
            return true;
        case ["move", var path, var to]:
            File.Move(path, to);
            return true;
        case ["delete", var path]:
            File.Delete(path);
            return true;
        case ["truncate", var path]:
            LogWriter.Truncate(path);
            return true;
        default:
            WatchClient client = await WatchClient.ConnectAsync(words[1], CancellationToken.None).ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
            {
                return await AskAsync(client, words).ConfigureAwait(false);
            }
    }
}

static async Task<object> AskAsync(WatchClient client, string[] words)
{
    CancellationToken none = CancellationToken.None;
    switch (words)
    {
        case ["jails", _]:
            return (await client.GetJailsAsync(none).ConfigureAwait(false)).Select(jail => new { jail.Name, jail.CurrentlyBanned, jail.TotalBanned, jail.TotalFailed });
        case ["bans", _]:
            List<string> bans = [];
            await foreach (Ban ban in client.GetBansAsync(null, none).ConfigureAwait(false))
            {
                bans.Add(ban.Address.ToString());
            }

            return bans;
        case ["ban", _, var jail, .. var addresses]:
            foreach (string address in addresses)
            {
                await client.AddBanAsync(jail, BanId.FromText(address), null, none).ConfigureAwait(false);
            }

            return true;
        case ["unban", _, var jail, .. var addresses]:
            foreach (string address in addresses)
            {
                await client.RemoveBanAsync(jail, BanId.FromText(address), none).ConfigureAwait(false);
            }

            return true;
        case ["stop", _]:
            await client.StopAsync(none).ConfigureAwait(false);
            return true;
        default:
            throw new ArgumentException("There is no such command: " + words[0]);
    }
}
