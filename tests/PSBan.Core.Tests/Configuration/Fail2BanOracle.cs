using System.Diagnostics;
using System.Text.Json;

namespace PSBan.Tests.Configuration;

/// <summary>Asks the installed fail2ban what it makes of a configuration directory: the commands its client would send to its server, as JSON.</summary>
internal static class Fail2BanOracle
{
    public const string Library = "/usr/lib/python3/dist-packages";

    private const string JailsProgram = """
        import sys, json, logging
        logging.disable(logging.CRITICAL)
        from fail2ban.client.jailsreader import JailsReader
        reader = JailsReader(share_config={}, basedir=sys.argv[1])
        reader.read()
        reader.getOptions(None)
        jails = {}
        for jail in reader.jails:
            told = {'options': jail.options, 'error': None, 'backend': None, 'set': {}, 'add': {}, 'actions': []}
            properties = {}
            for command in jail.convert(allow_no_files=True):
                if command[0] == 'config-error':
                    told['error'] = command[1]
                elif command[0] == 'add':
                    told['backend'] = command[2]
                elif command[2] == 'addaction':
                    properties = {}
                    told['actions'].append({'name': command[3], 'properties': properties})
                elif command[2] == 'action':
                    pairs = command[4] if command[0] == 'multi-set' else [command[4:6]]
                    properties.update(pairs)
                elif command[2].startswith('add'):
                    values = command[3] if command[0] == 'multi-set' else [command[3:]] if command[2] == 'addjournalmatch' else command[3:]
                    told['add'].setdefault(command[2][3:], []).extend(values)
                else:
                    told['set'][command[2]] = command[3]
            jails[jail.getName()] = told
        json.dump(jails, sys.stdout)
        """;

    private const string FiltersProgram = """
        import sys, json, logging
        logging.disable(logging.CRITICAL)
        from fail2ban.client.filterreader import FilterReader
        from fail2ban.helpers import extractOptions
        filters, share = {}, {}
        for text in sys.argv[2:]:
            name, options = extractOptions(text)
            reader = FilterReader(name, 'jail', options, share_config=share, basedir=sys.argv[1])
            told = {'set': {}, 'add': {}}
            filters[text] = told
            try:
                reader.read()
                reader.getOptions(None)
                commands = reader.convert()
            except Exception as error:
                told['refused'] = str(error)
                continue
            for command in commands:
                if command[2].startswith('add'):
                    values = command[3] if command[0] == 'multi-set' else [command[3:]] if command[2] == 'addjournalmatch' else command[3:]
                    told['add'].setdefault(command[2][3:], []).extend(values)
                else:
                    told['set'][command[2]] = command[3]
        json.dump(filters, sys.stdout)
        """;

    /// <summary>What fail2ban makes of the enabled jails of a directory, by name.</summary>
    public static Dictionary<string, JsonElement> Jails(string directory) => Run(JailsProgram, [directory]);

    /// <summary>What fail2ban makes of filters with parameters, by the text they are asked for with.</summary>
    public static Dictionary<string, JsonElement> Filters(string directory, IEnumerable<string> filters) => Run(FiltersProgram, [directory, .. filters]);

    private static Dictionary<string, JsonElement> Run(string program, string[] arguments)
    {
        ProcessStartInfo start = new("python3", ["-c", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONPATH"] = Environment.GetEnvironmentVariable("PSBAN_FAIL2BAN_LIBRARY") ?? Library;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(answer)!;
    }
}
