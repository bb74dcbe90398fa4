using PSBan.Configuration;
using PSBan.Control;
using PSBan.Jails.Increments;
using PSBan.Matching;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

public sealed class JailEditTests
{
    private static readonly JailPlan s_plan = new(
        new JailOptions { Name = "j", Filter = new FilterOptions { Name = "f" }, IgnoreIp = [new("127.0.0.1/8", new SourceLocation("jail.conf", 3)), new("192.0.2.1", default)] },
        [], [], [], new LineFilterOptions { Clock = TimeProvider.System }, new IncrementOptions());

    [Fact]
    public void Settings_are_changed_and_said()
    {
        var edit = JailEdit.Of(s_plan, new JailSettings { MaxRetry = 3, FindTime = Duration.Parse("5m"), BanTime = Duration.FromSeconds(90.5) });
        Assert.Equal("maxretry 5 -> 3, findtime 10m -> 5m, bantime 10m -> 1m30s", edit.ToString().Replace("1m 30s", "1m30s", StringComparison.Ordinal));
        Assert.Equal((3, 300.0, 90.0), (edit.Plan.Options.MaxRetry.Value, edit.Plan.Options.FindTime.Value.TotalSeconds, edit.Plan.Options.BanTime.Value.TotalSeconds));
        Assert.Equal(TimeSpan.FromMinutes(5), edit.Plan.Lines.FindTime);
        Assert.NotEqual(s_plan.Text, edit.Plan.Text);
    }

    [Fact]
    public void The_list_is_replaced_lengthened_and_shortened()
    {
        Assert.Equal("host.example", List(new JailSettings { IgnoreIp = ["host.example"] }));
        Assert.Equal(string.Empty, List(new JailSettings { IgnoreIp = [] }));
        Assert.Equal("127.0.0.1/8 192.0.2.1 192.0.2.2", List(new JailSettings { AddIgnoreIp = ["192.0.2.2", "192.0.2.1/32"] }));
        Assert.Equal("127.0.0.1/8", List(new JailSettings { RemoveIgnoreIp = ["192.0.2.1/32"] }));
        Assert.Equal("192.0.2.3", List(new JailSettings { IgnoreIp = ["192.0.2.3", "192.0.2.4"], RemoveIgnoreIp = ["192.0.2.4"] }));
    }

    [Fact]
    public void What_cannot_be_used_is_refused()
    {
        Assert.Equal("There is nothing to change.", Refusal(new JailSettings()));
        Assert.Equal("maxretry must be 1 or more.", Refusal(new JailSettings { MaxRetry = 0 }));
        Assert.Equal("findtime must be a time longer than nothing, such as 10m.", Refusal(new JailSettings { FindTime = Duration.Zero }));
        Assert.Equal("findtime must be a time longer than nothing, such as 10m.", Refusal(new JailSettings { FindTime = Duration.Permanent }));
        Assert.Equal("bantime must be one second or longer, such as 10m, or -1 for ever.", Refusal(new JailSettings { BanTime = Duration.FromSeconds(0.5) }));
        Assert.Equal("The list of the jail has no entry 192.0.2.9; it has 127.0.0.1/8, 192.0.2.1.", Refusal(new JailSettings { RemoveIgnoreIp = ["192.0.2.9"] }));
    }

    [Fact]
    public void An_entry_that_was_given_is_refused_where_it_is_none_and_one_of_the_configuration_is_not()
    {
        var edit = JailEdit.Of(s_plan, new JailSettings { AddIgnoreIp = ["x y"] });
        edit.ThrowIfGiven(new Problem(ProblemSeverity.Warning, "InvalidIgnoreIp", "Old.", new SourceLocation("jail.conf", 3)));
        Assert.Equal("New.", Assert.Throws<ControlException>(() => edit.ThrowIfGiven(new Problem(ProblemSeverity.Warning, "InvalidIgnoreIp", "New.", default))).Message);
    }

    private static string List(JailSettings settings) => string.Join(' ', JailEdit.Of(s_plan, settings).Plan.Options.IgnoreIp.Select(entry => entry.Value));

    private static string Refusal(JailSettings settings) => Assert.Throws<ControlException>(() => JailEdit.Of(s_plan, settings)).Message;
}
