using PSBan.Firewalls;

namespace PSBan.Tests.Firewalls;

public sealed class PortListTests
{
    [Theory]
    [InlineData("22", "22")]
    [InlineData(" 25, 465 ,587 ", "25 465 587")]
    [InlineData("smtp,submission http\tssh", "22 25 80 587")]
    [InlineData("1000:1024", "1000-1024")]
    [InlineData("1000-1024,1025,1027", "1000-1025 1027")]
    [InlineData("20:30,22,25-40", "20-40")]
    [InlineData("ftp-data", "20")]
    [InlineData("ftp:ssh", "21-22")]
    [InlineData("0:65535", "")]
    [InlineData("0:100,90:65535", "")]
    [InlineData("1:65535", "1-65535")]
    public void A_list_becomes_ranges_that_do_not_overlap(string text, string expected)
    {
        Assert.True(PortList.TryParse(text, out IReadOnlyList<PortRange> ranges, out string? error), error);
        Assert.Equal(expected, string.Join(' ', ranges.Select(range => range.ToString('-'))));
    }

    [Theory]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("22:")]
    [InlineData(":22")]
    [InlineData("1:2:3")]
    [InlineData("22;flush ruleset")]
    [InlineData("22}")]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("30:20")]
    [InlineData("99999999999999999999")]
    [InlineData("٢٢")]
    public void What_is_no_list_is_refused(string text)
    {
        Assert.False(PortList.TryParse(text, out _, out string? error));
        Assert.False(string.IsNullOrEmpty(error));
    }

    [Fact]
    public void The_systems_services_come_before_the_usual_ones()
    {
        Dictionary<string, int> ports = ServiceNames.Read(["# comment", "", "ssh 2222/tcp secure-shell # alias", "bad", "worse x/tcp", "http 99999/tcp", "ssh 22/udp"]);
        Assert.Equal((2222, 2222, 80, 465), (ports["ssh"], ports["secure-shell"], ports["http"], ports["smtps"]));
        Assert.False(ports.ContainsKey("worse"));
    }

    [Theory]
    [InlineData("sshd", 22, "sshd")]
    [InlineData("a.b_c-D9", 22, "a.b_c-D9")]
    [InlineData("", 22, "-e3b0c442")]
    [InlineData("a b", 22, "a_b-c8687a08")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", 22, "abcdefghijklm-71c480df")]
    public void A_name_is_kept_where_it_is_safe_and_told_apart_where_it_is_not(string text, int maximum, string expected) =>
        Assert.Equal(expected, SafeName.From(text, maximum));
}
