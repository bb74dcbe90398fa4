using PSBan.Firewalls.Command;
using PSBan.Model;

namespace PSBan.Tests.Firewalls.Command;

/// <summary>What becomes of tags.</summary>
public sealed class ScriptWriterTests
{
    [Fact]
    public void A_value_with_special_characters_becomes_a_variable_and_one_without_is_put_in()
    {
        ShellScript script = ActionFile.Write("echo \"<matches>\" '<matches>' <ip>", ActionFile.Ban("1.2.3.4") with { Matches = ["a $(rm) b"] });
        Assert.Equal("f2bV_matches=${1} \necho \"$f2bV_matches\" '$f2bV_matches' 1.2.3.4", script.Text);
        Assert.Equal(["a $(rm) b"], script.Arguments);
    }

    [Theory]
    [InlineData("<F-USER>", "f2bV_F_user=${1} \n$f2bV_F_user")]
    [InlineData("<F-USER>name", "f2bV_F_user=${1} \n${f2bV_F_user}name")]
    [InlineData("<<F-USER>>", "f2bV_F_user=${1} \n<$f2bV_F_user>")]
    [InlineData("<F-ID> <F-PORT>", "22 53124")]
    [InlineData("<F-NOBODY>", "")]
    [InlineData("<f-user> <nosuch> <a b> < ip> <ip", "<f-user> <nosuch> <a b> < ip> <ip")]
    [InlineData("a<br>b<sp>c", "a\nb c")]
    public void Captures_and_odd_tags(string command, string expected) =>
        Assert.Equal(expected, ActionFile.Write(command, ActionFile.Ban("192.0.2.7", ("user", "$x"), ("fid", "22"), ("fport", "53124"))).Text);

    [Theory]
    [InlineData("jane.doe@example.org", true)]
    [InlineData("müller", true)]
    [InlineData("2001:db8::/32", true)]
    [InlineData("-10%,+5", true)]
    [InlineData("two words", false)]
    [InlineData("tab\there", false)]
    [InlineData("a=b", false)]
    [InlineData("hard\u00a0blank", false)]
    [InlineData("!", false)]
    public void Only_plain_words_become_part_of_the_script(string user, bool isPlain) =>
        Assert.Equal(isPlain ? [] : [user], ActionFile.Write("'<F-USER>'", ActionFile.Ban("192.0.2.7", ("user", user))).Arguments);

    [Fact]
    public void Two_captures_that_would_share_a_variable_do_not()
    {
        ShellScript script = ActionFile.Write("<F-A-B> <F-A_B> <F-A-B>", ActionFile.Ban("192.0.2.7", ("a-b", "$1"), ("a_b", "$2")));
        Assert.Equal("f2bV_F_a_b=${1} f2bV_F_a_b_2=${2} \n$f2bV_F_a_b $f2bV_F_a_b_2 $f2bV_F_a_b", script.Text);
        Assert.Equal(["$1", "$2"], script.Arguments);
    }

    [Theory]
    [InlineData("ip", "192.0.2.7")]
    [InlineData("fid", "192.0.2.7")]
    [InlineData("family", "inet4")]
    [InlineData("ip-rev", "7.2.0.192.")]
    [InlineData("failures", "5")]
    [InlineData("ipfailures", "5")]
    [InlineData("time", "1700000000")]
    [InlineData("bantime", "600")]
    [InlineData("bancount", "2")]
    [InlineData("restored", "0")]
    [InlineData("matches", "")]
    [InlineData("jail.name", "jail")]
    [InlineData("jail.banned", "1")]
    [InlineData("jail.banned_total", "2")]
    [InlineData("jail.found", "3")]
    [InlineData("jail.found_total", "4")]
    public void Tags_of_a_ban(string tag, string expected) => Assert.Equal(expected, ActionFile.Write($"<{tag}>", ActionFile.Ban()).Text);

    [Fact]
    public void Where_there_is_no_ban_the_jails_own_length_is_told()
    {
        CommandTicket ticket = new("jail", null, "", DateTimeOffset.UnixEpoch, default) { BanTime = Duration.FromSeconds(3600) };
        Assert.Equal("timeout 3600", ScriptWriter.Write("timeout <bantime>", ticket.ValueOf).Text);
    }

    [Fact]
    public void Tags_of_other_bans()
    {
        Assert.Equal("inet6 5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.a.b.0.8.b.d.0.1.0.0.2.", ActionFile.Write("<family> <ip-rev>", ActionFile.Ban("2001:db8:bad::5")).Text);
        Assert.Equal("-1 1", ActionFile.Write("<bantime> <restored>", ActionFile.Ban() with { Duration = Duration.Permanent, Restored = true }).Text);
        Assert.Equal("session-1 192.0.2.9 None 9.2.0.192.", ActionFile.Write("<fid> <ip> <family> <ip-rev>", ActionFile.Ban("session-1", ("ip4", "192.0.2.9"))).Text);
        Assert.Equal("[] [] inet4 1700000123 0 0", ActionFile.Write("[<ip>] [<fid>] <family> <time> <failures> <bancount>", null).Text);
    }
}
