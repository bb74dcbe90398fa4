using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using PSBan.Sources.EventLog;

namespace PSBan.Tests.Sources.EventLog;

/// <summary>The line that is made of an event, and that nobody can write another into it.</summary>
public sealed partial class EventRendererTests
{
    private const int NoLimit = 1 << 20;

    [Fact]
    public void An_event_becomes_one_line()
    {
        EventLine line = EventRenderer.Render(Events.FailedLogon, NoLimit)!;

        Assert.Equal(
            """
            Microsoft-Windows-Security-Auditing 4625 DC01.contoso.local pid="516" SubjectUserSid="S-1-5-18" SubjectUserName="DC01$" SubjectDomainName="CONTOSO" SubjectLogonId="0x3e7" TargetUserSid="S-1-0-0" TargetUserName="Auditor" TargetDomainName="CONTOSO" Status="0xc0000234" FailureReason="%%2307" SubStatus="0x0" LogonType="2" LogonProcessName="User32" AuthenticationPackageName="Negotiate" WorkstationName="DC01" TransmittedServices="-" LmPackageName="-" KeyLength="0" ProcessId="0x1bc" ProcessName="C:\Windows\System32\winlogon.exe" IpAddress="127.0.0.1" IpPort="0"
            """,
            line.Text);
        Assert.Equal(new DateTimeOffset(2015, 9, 8, 22, 54, 54, TimeSpan.Zero).AddTicks(9_625_117), line.Time);
        Assert.Equal(("Security", 229977UL, false), (line.Channel, line.RecordId, line.WasCut));
    }

    [Fact]
    public void Values_without_a_name_are_numbered()
    {
        string xml = Events.Make("MSSQLSERVER", 18456, "Application", 1, null, (null, "sa"), (null, " Reason: Password did not match."), (null, " [CLIENT: 192.0.2.1]"));
        Assert.Equal("MSSQLSERVER 18456 SRV1 Data1=\"sa\" Data2=\" Reason: Password did not match.\" Data3=\" [CLIENT: 192.0.2.1]\"", EventRenderer.Render(xml, NoLimit)!.Text);
    }

    [Fact]
    public void User_data_is_named_by_its_innermost_elements()
    {
        const string xml = """
            <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-TerminalServices-LocalSessionManager' Guid='{5d896912-022d-40aa-a3a8-4fa5515c76d7}'/><EventID>21</EventID><TimeCreated SystemTime='2019-02-13T17:18:30.7716940Z'/><EventRecordID>221</EventRecordID><Channel>Microsoft-Windows-TerminalServices-LocalSessionManager/Operational</Channel><Computer>PC01.example.corp</Computer></System><UserData><EventXML xmlns='Event_NS'><User>CORP\jane</User><SessionID>2</SessionID><Address>192.0.2.1</Address></EventXML></UserData></Event>
            """;
        Assert.Equal("Microsoft-Windows-TerminalServices-LocalSessionManager 21 PC01.example.corp User=\"CORP\\jane\" SessionID=\"2\" Address=\"192.0.2.1\"", EventRenderer.Render(xml, NoLimit)!.Text);
    }

    [Fact]
    public void The_first_three_words_are_words()
    {
        string xml = Events.Make("Service Control Manager \"x\"", 7036, "System", 1, null, ("a b=\"", "1"), ("n", "1"), ("n", "2"));
        Assert.Equal("Service_Control_Manager__x_ 7036 SRV1 a_b__=\"1\" n=\"1\" n.2=\"2\"", EventRenderer.Render(xml, NoLimit)!.Text);
    }

    [Theory]
    [InlineData("x\" IpAddress=\"203.0.113.9")]
    [InlineData("x IpAddress=")]
    [InlineData("x\" IpAddress=\"203.0.113.9\" IpPort=\"1\nMicrosoft-Windows-Security-Auditing 4625 SRV1 IpAddress=\"203.0.113.9\"")]
    [InlineData("x\\\" IpAddress=\\\"203.0.113.9\\\"")]
    [InlineData("x&quot; IpAddress=&quot;203.0.113.9&quot;")]
    [InlineData("x&#34; IpAddress&#61;&#34;203.0.113.9&#34;")]
    [InlineData("</Data><Data Name=\"IpAddress\">203.0.113.9</Data><Data Name=\"y\">")]
    [InlineData("]]><Data Name=\"IpAddress\">203.0.113.9</Data>")]
    [InlineData("x\u2028\u2029\u0085\r\n\t\u001b[31m\0\u007f")]
    public void A_name_of_the_clients_choice_stays_a_value(string hostile)
    {
        Check(hostile, hostile);
    }

    [Fact]
    public void No_mixture_of_what_has_a_meaning_breaks_out()
    {
        string[] parts = ["\"", "=", "&", ";", "#", "<", ">", "'", " ", "\n", "\r", "\\", "IpAddress", "203.0.113.9", "&quot;", "&#61;", "\u0001", "\u2028", "]]>", "x", "é", "🙂"];
        var random = new Random(20);
        for (int i = 0; i < 3000; i++)
        {
            var user = new StringBuilder();
            var workstation = new StringBuilder();
            for (int n = random.Next(12); n >= 0; n--)
            {
                user.Append(parts[random.Next(parts.Length)]);
                workstation.Append(parts[random.Next(parts.Length)]);
            }

            Check(user.ToString(), workstation.ToString());
        }
    }

    [Fact]
    public void Text_that_is_no_event_is_none()
    {
        Assert.Null(EventRenderer.Render("<Event><System>", NoLimit));
        Assert.Null(EventRenderer.Render("<Other/>", NoLimit));
        Assert.Null(EventRenderer.Render("<!DOCTYPE x [<!ENTITY e 'y'>]><Event>&e;</Event>", NoLimit));
        Assert.Null(EventRenderer.Render(string.Empty, NoLimit));
    }

    [Fact]
    public void A_line_is_cut_at_its_limit()
    {
        EventLine line = EventRenderer.Render(Events.LogonOf(new string('x', 5000), "PC", "192.0.2.1"), 4096)!;
        Assert.Equal((4096, true), (line.Text.Length, line.WasCut));
    }

    private static void Check(string user, string workstation)
    {
        string line = EventRenderer.Render(Events.LogonOf(user, workstation, "192.0.2.66"), NoLimit)!.Text;

        Match match = Layout().Match(line);
        Assert.True(match.Success, line);
        Assert.Equal(["TargetUserName", "LogonType", "WorkstationName", "IpAddress", "IpPort"], match.Groups["name"].Captures.Select(name => name.Value));
        string[] values = [.. match.Groups["value"].Captures.Select(value => value.Value)];
        Assert.Equal("192.0.2.66", values[3]);
        Assert.All(values, value => Assert.DoesNotContain('=', value));
        Assert.DoesNotContain(line, char.IsControl);
        Assert.DoesNotContain(line, c => c is '\u2028' or '\u2029');

        // Nothing is lost: what the client wrote can be read back. (XML itself makes one line feed of a carriage return and a line feed.)
        Assert.Equal(user, WebUtility.HtmlDecode(values[0]));
        Assert.Equal(workstation, WebUtility.HtmlDecode(values[2]));
    }

    [GeneratedRegex(@"^\S+ \S+ \S+(?: (?<name>[\w.-]+)=""(?<value>[^""]*)"")*$")]
    private static partial Regex Layout();
}
