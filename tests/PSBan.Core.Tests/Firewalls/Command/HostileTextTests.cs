using System.Text;
using PSBan.Firewalls.Command;
using PSBan.Model;
using PSBan.Tests.Support;

namespace PSBan.Tests.Firewalls.Command;

/// <summary>Whatever a stranger writes into a log, the shell sees a value and never a command. Every value goes through the real /bin/sh.</summary>
public sealed class HostileTextTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Values { get; } =
    [
        "root", "two words", "x touch pwned", "  blanks  ", "\ttab\t", "",
        "$(touch pwned)", "`touch pwned`", "; touch pwned", "| touch pwned", "& touch pwned", "&& touch pwned #", "|| touch pwned", "> pwned", "< /etc/passwd", ">> pwned <<EOF",
        "\n touch pwned\n", "\r\ntouch pwned\r\n", "\"; touch pwned; \"", "'; touch pwned; '", "'\"'\"'; touch pwned", "\\\"; touch pwned; \\\"", "\\", "\\\\$(touch pwned)", "a\\\nb",
        "$f2bV_matches", "${IFS}touch${IFS}pwned", "$1 $2 $0 $@ $*", "${1:-$(touch pwned)}", "$((1+1))", "~root", "* ? [a-z]", "{a,b}", "!history", "^a^b", "-rf /", "--help", "#comment",
        "<ip>", "<F-USER>", "<matches>", "<actionban>", "</F-USER>", "%s %n %d", "%(name)s", "x=1 touch pwned", "a\u0000b; touch pwned", "\u0000", "\u0001\u001b[31m\u007f\u0085\u2028",
        "naïve ünïcode 漢字 🙈", "\ud800lone", "\u202etxt.exe", "EOF\ntouch pwned\nEOF", ") ; touch pwned ; (", "} ; touch pwned ; {", "]] ; touch pwned", "\\$(touch pwned)", "$'\\x24(touch pwned)'", "a\vb\fc",
    ];

    [RequiresTheory("sh", "linux")]
    [MemberData(nameof(Values))]
    public async Task It_arrives_as_it_was_written(string value)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("psban-");
        try
        {
            Ban ban = ActionFile.Ban("192.0.2.7", ("user", value)) with { Matches = [value, value] };
            string command = $"cd {folder.FullName} || exit 9\nprintf '[%s]' \"<F-USER>\" \"<matches>\" \"$(printf %s \"<F-USER>\")\"";
            ShellResult result = await new Shell(TimeProvider.System).RunAsync(ActionFile.Write(command, ban), s_limit, CancellationToken.None);

            // What no argument can hold: the end of a C string, and half a character.
            string arrives = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value.Replace("\0", "", StringComparison.Ordinal)));
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            Assert.Equal($"[{arrives}][{arrives}\n{arrives}][{arrives.TrimEnd('\n')}]", result.Output);
            Assert.Empty(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [RequiresTheory("sh", "linux")]
    [MemberData(nameof(Values))]
    public async Task It_does_nothing_where_the_author_forgot_the_quotes_or_took_the_wrong_ones(string value)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("psban-");
        try
        {
            Ban ban = ActionFile.Ban("192.0.2.7", ("user", value)) with { Matches = [value] };
            string command = $"cd {folder.FullName} || exit 9\n: <F-USER> '<F-USER>' <matches>\ntrue <matches>x\nv=<F-USER>\necho \"`: <F-USER>`\" $(: <matches>)\n: <<END\n<matches>\nEND\nexit 0";
            ShellResult result = await new Shell(TimeProvider.System).RunAsync(ActionFile.Write(command, ban), s_limit, CancellationToken.None);
            Assert.Empty(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [RequiresFact("sh", "linux")]
    public async Task Random_text_arrives_as_it_was_written()
    {
        const string alphabet = "ab \\#&;`|*?~<>^()[]{}$'\"\n\r\t-=!%,0";
        Random random = new(7);
        Shell shell = new(TimeProvider.System);
        for (int i = 0; i < 200; i++)
        {
            string value = new([.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            Ban ban = ActionFile.Ban("192.0.2.7", ("user", value));
            ShellResult result = await shell.RunAsync(ActionFile.Write("printf %s \"<F-USER>\"", ban), s_limit, CancellationToken.None);
            Assert.Equal((0, value, ""), (result.ExitCode, result.Output, result.Error));
        }
    }

    [RequiresFact("sh", "linux")]
    public async Task An_identifier_that_is_text_is_no_command_either()
    {
        Ban ban = ActionFile.Ban() with { Id = BanId.Opaque("$(reboot); `reboot`") };
        ShellScript script = ActionFile.Write("printf '%s|' \"<ip>\" \"<fid>\" <family>", ban);
        ShellResult result = await new Shell(TimeProvider.System).RunAsync(script, s_limit, CancellationToken.None);
        Assert.Equal("$(reboot); `reboot`|$(reboot); `reboot`|None|", result.Output);
    }

    [RequiresFact("sh", "linux")]
    public async Task More_text_than_an_argument_holds_is_cut_at_its_beginning()
    {
        Ban ban = ActionFile.Ban() with { Matches = [.. Enumerable.Range(0, 100).Select(i => $"{i}: {new string('ß', 4000)}")] };
        ShellResult result = await new Shell(TimeProvider.System).RunAsync(ActionFile.Write("printf %s \"<matches>\" | wc -c; printf %s \"<matches>\" | tail -n 1 | cut -c 1-4", ban), s_limit, CancellationToken.None);
        string[] lines = result.Output.Split('\n');
        Assert.InRange(int.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture), 40_000, 120_000);
        Assert.Equal("99: ", lines[1]);

        // Long text without a special character would make the script too long.
        Ban plain = ActionFile.Ban("192.0.2.7", ("user", new string('a', 200_000)));
        Assert.Equal(0, (await new Shell(TimeProvider.System).RunAsync(ActionFile.Write("test -n \"<F-USER>\"", plain), s_limit, CancellationToken.None)).ExitCode);
    }
}
