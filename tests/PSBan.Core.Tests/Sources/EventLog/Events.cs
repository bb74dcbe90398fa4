using System.Globalization;
using System.Xml.Linq;

namespace PSBan.Tests.Sources.EventLog;

/// <summary>Events as the Windows Event Log renders them.</summary>
internal static class Events
{
    /// <summary>The example of Microsoft's page on event 4625, "An account failed to log on".</summary>
    public const string FailedLogon = """
        <Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">
          <System>
            <Provider Name="Microsoft-Windows-Security-Auditing" Guid="{54849625-5478-4994-A5BA-3E3B0328C30D}" />
            <EventID>4625</EventID>
            <Version>0</Version>
            <Level>0</Level>
            <Task>12546</Task>
            <Opcode>0</Opcode>
            <Keywords>0x8010000000000000</Keywords>
            <TimeCreated SystemTime="2015-09-08T22:54:54.962511700Z" />
            <EventRecordID>229977</EventRecordID>
            <Correlation />
            <Execution ProcessID="516" ThreadID="3240" />
            <Channel>Security</Channel>
            <Computer>DC01.contoso.local</Computer>
            <Security />
          </System>
          <EventData>
            <Data Name="SubjectUserSid">S-1-5-18</Data>
            <Data Name="SubjectUserName">DC01$</Data>
            <Data Name="SubjectDomainName">CONTOSO</Data>
            <Data Name="SubjectLogonId">0x3e7</Data>
            <Data Name="TargetUserSid">S-1-0-0</Data>
            <Data Name="TargetUserName">Auditor</Data>
            <Data Name="TargetDomainName">CONTOSO</Data>
            <Data Name="Status">0xc0000234</Data>
            <Data Name="FailureReason">%%2307</Data>
            <Data Name="SubStatus">0x0</Data>
            <Data Name="LogonType">2</Data>
            <Data Name="LogonProcessName">User32</Data>
            <Data Name="AuthenticationPackageName">Negotiate</Data>
            <Data Name="WorkstationName">DC01</Data>
            <Data Name="TransmittedServices">-</Data>
            <Data Name="LmPackageName">-</Data>
            <Data Name="KeyLength">0</Data>
            <Data Name="ProcessId">0x1bc</Data>
            <Data Name="ProcessName">C:\Windows\System32\winlogon.exe</Data>
            <Data Name="IpAddress">127.0.0.1</Data>
            <Data Name="IpPort">0</Data>
          </EventData>
        </Event>
        """;

    /// <summary>Event 4625 with names of the client's choice.</summary>
    public static string LogonOf(string user, string workstation, string address) => Make(
        "Microsoft-Windows-Security-Auditing", 4625, "Security", 1, null, ("TargetUserName", user), ("LogonType", "3"), ("WorkstationName", workstation), ("IpAddress", address), ("IpPort", "0"));

    /// <summary>An event of one's own.</summary>
    public static string Make(string provider, int id, string channel, ulong record, DateTimeOffset? time, params (string? Name, string Value)[] data)
    {
        XNamespace space = "http://schemas.microsoft.com/win/2004/08/events/event";
        return new XElement(
            space + "Event",
            new XElement(
                space + "System",
                new XElement(space + "Provider", new XAttribute("Name", provider)),
                new XElement(space + "EventID", id),
                new XElement(space + "TimeCreated", new XAttribute("SystemTime", (time ?? DateTimeOffset.UnixEpoch).UtcDateTime.ToString("O", CultureInfo.InvariantCulture))),
                new XElement(space + "EventRecordID", record),
                new XElement(space + "Channel", channel),
                new XElement(space + "Computer", "SRV1")),
            new XElement(
                space + "EventData",
                data.Select(item => new XElement(space + "Data", item.Name is null ? null : new XAttribute("Name", item.Name), Escaped(item.Value)))))
            .ToString(SaveOptions.DisableFormatting).Replace("\uE000", "&#", StringComparison.Ordinal).Replace("\uE001", ";", StringComparison.Ordinal);
    }

    // What XML 1.0 cannot hold Windows writes as references all the same.
    private static string Escaped(string value) => string.Concat(value.Select(c => c < ' ' ? $"\uE000{(int)c}\uE001" : c.ToString()));
}
