using System.Reflection;
using PSBan.Configuration;
using PSBan.Firewalls;
using PSBan.Model;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

public sealed class SettingsTextTests
{
    private static readonly JailOptions s_jail = new() { Name = "j", Filter = new FilterOptions { Name = "f" } };

    public static TheoryData<string> Jails => Settable(typeof(JailOptions));

    public static TheoryData<string> Filters => Settable(typeof(FilterOptions));

    public static TheoryData<string> Rules => Settable(typeof(FirewallRule));

    [Theory]
    [MemberData(nameof(Jails))]
    public void Every_setting_of_a_jail_counts(string property) => AssertCounts(s_jail, property);

    [Theory]
    [MemberData(nameof(Filters))]
    public void Every_setting_of_a_filter_counts(string property) => AssertCounts(s_jail.Filter, property);

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_setting_of_a_rule_counts(string property) => AssertCounts(new FirewallRule { Jail = "j", Name = "j" }, property);

    [Fact]
    public void Where_it_is_written_does_not_count()
    {
        JailOptions elsewhere = s_jail with
        {
            Location = new SourceLocation("jail.local", 7),
            MaxRetry = new Located<int>(JailOptions.DefaultMaxRetry, new SourceLocation("jail.local", 8)),
            LogPaths = [new LogPath("/a", false, new SourceLocation("x", 1))],
        };
        Assert.Equal(SettingsText.Of(s_jail with { LogPaths = [new LogPath("/a", false, new SourceLocation("y", 2))] }), SettingsText.Of(elsewhere));
    }

    [Fact]
    public void The_order_of_a_dictionary_does_not_count_and_that_of_a_list_does()
    {
        Dictionary<string, int> one = new() { ["a"] = 1, ["b"] = 2 }, other = new() { ["b"] = 2, ["a"] = 1 };
        Assert.Equal(SettingsText.Of(one), SettingsText.Of(other));
        Assert.NotEqual(SettingsText.Of(new[] { "a", "b" }), SettingsText.Of(new[] { "b", "a" }));
    }

    [Fact]
    public void No_text_can_look_like_two()
    {
        Assert.NotEqual(SettingsText.Of(new[] { "a", "b" }), SettingsText.Of(new[] { "a;1:b" }));
        Assert.NotEqual(SettingsText.Of((string[])[]), SettingsText.Of(new[] { string.Empty }));
        Assert.NotEqual(SettingsText.Of(new string?[] { null }), SettingsText.Of(new[] { "-" }));
    }

    private static TheoryData<string> Settable(Type type)
    {
        TheoryData<string> names = [];
        foreach (PropertyInfo property in type.GetProperties().Where(property => property.CanWrite && property.PropertyType != typeof(SourceLocation)))
        {
            names.Add(property.Name);
        }

        return names;
    }

    private static void AssertCounts<T>(T settings, string name)
        where T : class
    {
        PropertyInfo property = typeof(T).GetProperty(name)!;
        T changed = (T)typeof(T).GetMethod("<Clone>$")!.Invoke(settings, null)!;
        property.SetValue(changed, Other(property.PropertyType, property.GetValue(settings)));
        Assert.NotEqual(SettingsText.Of(settings), SettingsText.Of(changed));
    }

    /// <summary>Another value of a type than this one.</summary>
    private static object Other(Type type, object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) => value + "x",
            _ when type == typeof(int) => (int)(value ?? 0) + 1,
            _ when type == typeof(bool) => !(bool)(value ?? false),
            _ when type == typeof(Duration) => Duration.FromSeconds(((Duration)(value ?? Duration.Zero)).TotalSeconds + 1),
            _ when type == typeof(FilterOptions) => new FilterOptions { Name = "other" },
            _ when type == typeof(LogPath) => new LogPath("/x", true, default),
            _ when type == typeof(ActionOptions) => new ActionOptions { File = "x", Name = "x" },
            { IsEnum: true } => Enum.ToObject(type, Convert.ToInt32(value, null) + 1),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(Located<>) => Located(type, value),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => List(type.GetGenericArguments()[0]),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) => new Dictionary<string, Located<string>> { ["x"] = new("x", default) },
            _ => throw new NotSupportedException($"Say what another {type} is."),
        };
    }

    private static object Located(Type type, object? value)
    {
        Type inner = type.GetGenericArguments()[0];
        return Activator.CreateInstance(type, Other(inner, value is null ? null : type.GetProperty("Value")!.GetValue(value)), default(SourceLocation))!;
    }

    private static Array List(Type element)
    {
        var list = Array.CreateInstance(element, 1);
        list.SetValue(Other(element, element.IsValueType ? Activator.CreateInstance(element) : null), 0);
        return list;
    }
}
