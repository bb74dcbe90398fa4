using PSBan.Configuration;

namespace PSBan.Tests.Configuration;

/// <summary>A whole directory with every mechanism in it; the expectation is what fail2ban makes of it.</summary>
public sealed class WorkedExampleTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public WorkedExampleTests() => _folder
        .Write("jail.conf", """
            [DEFAULT]
            enabled = true
            backend = polling
            action  = a
            port    = 7
            [j1]
            filter  = j1[mode=two, lt=zz]
            logpath = /var/log/x.log
            maxretry = 4
            """)
        .Write("filter.d/j1.conf", """
            [INCLUDES]
            before = inc.conf
            [Definition]
            _d = mine
            mode = one
            lt = aa
            re-one = ^one <ADDR>$
            re-two = ^two <ADDR>$
                     ^%(pfx)s <ADDR> ; trailing note
            failregex = <re-<mode>>
            [Init]
            maxlines = 3
            mode = init
            """)
        .Write("filter.d/inc.conf", """
            [DEFAULT]
            _d = def
            pfx = <sec_<lt>/p>
            [sec_aa]
            p = AA
            [sec_zz]
            p = ZZ(%(sec_aa/p)s)<_d>
            """)
        .Write("action.d/a.conf", """
            [Definition]
            actionban = <cmd> <ip> <port> <maxretry> <bantime> <zz> <nosuch>
            cmd = run
            [Init]
            zz = 1
            port = 22
            """);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_jail_is_what_fail2ban_makes_of_it()
    {
        JailOptions jail = Assert.Single(_folder.LoadClean().Jails);
        Assert.Equal("j1", jail.Name);
        Assert.Equal("polling", jail.Backend.Value);
        Assert.Equal(4, jail.MaxRetry.Value);
        Assert.Equal(3, jail.Filter.MaxLines);
        Assert.Equal(["^two <ADDR>$", "^ZZ(AA)mine <ADDR>"], jail.Filter.FailRegex.Select(regex => regex.Value));
        Assert.Equal(new LogPath("/var/log/x.log", false, _folder.At("jail.conf", 8)), Assert.Single(jail.LogPaths));
        ActionOptions action = Assert.Single(jail.Actions);
        Assert.Equal(("a", "a"), (action.File, action.Name));
        Assert.Equal("run <ip> 22 4 <bantime> 1 <nosuch>", action.Properties["actionban"]);
        Assert.Equal(("j1", "a", "1", "22"), (action.Properties["name"], action.Properties["actname"], action.Properties["zz"], action.Properties["port"]));
    }

    [Fact]
    public void Each_regex_knows_the_line_it_is_written_in()
    {
        FilterOptions filter = _folder.LoadClean().Jails[0].Filter;
        Assert.Equal([_folder.At("filter.d/j1.conf", 8), _folder.At("filter.d/j1.conf", 9)], filter.FailRegex.Select(regex => regex.Location));
    }
}
