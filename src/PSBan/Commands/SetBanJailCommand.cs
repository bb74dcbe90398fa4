using System.Globalization;
using System.Management.Automation;
using PSBan.Binding;
using PSBan.Control;
using PSBan.Model;

namespace PSBan.Commands;

/// <summary>Changes settings of running jails, until the configuration is read again or the watch ends.</summary>
[Cmdlet(VerbsCommon.Set, "BanJail", SupportsShouldProcess = true)]
[OutputType(typeof(JailInfo))]
public sealed class SetBanJailCommand : JailChangeCommand
{
    /// <summary>The number of failures that bans.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaxRetry { get; set; }

    /// <summary>The window that they must lie in, such as <c>10m</c>.</summary>
    [Parameter]
    [DurationTransformation]
    public Duration? FindTime { get; set; }

    /// <summary>The length of the bans to come, such as <c>1h</c>, or -1 for ever.</summary>
    [Parameter]
    [DurationTransformation]
    public Duration? BanTime { get; set; }

    /// <summary>Who is never counted, in place of the list that there is: addresses, prefixes, host names, <c>file:</c> and a path.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? IgnoreIp { get; set; }

    /// <summary>Who is never counted either.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? AddIgnoreIp { get; set; }

    /// <summary>Who is counted again: entries of the list that there is.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? RemoveIgnoreIp { get; set; }

    private protected override string Action => "Set " + string.Join(", ", Words());

    private JailSettings Settings => new()
    {
        MaxRetry = MaxRetry > 0 ? MaxRetry : null,
        FindTime = FindTime,
        BanTime = BanTime,
        IgnoreIp = IgnoreIp,
        AddIgnoreIp = AddIgnoreIp,
        RemoveIgnoreIp = RemoveIgnoreIp,
    };

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!Words().Any())
        {
            ThrowTerminatingError(Errors.NothingToSet());
        }
    }

    private protected override Task<JailInfo> ChangeAsync(WatchClient client, string name, CancellationToken cancelToken) => client.ChangeJailAsync(name, Settings, cancelToken);

    private IEnumerable<string> Words() => new[]
    {
        MaxRetry > 0 ? string.Create(CultureInfo.InvariantCulture, $"MaxRetry {MaxRetry}") : null,
        FindTime is { } findTime ? $"FindTime {findTime}" : null,
        BanTime is { } banTime ? $"BanTime {banTime}" : null,
        IgnoreIp is { } all ? $"IgnoreIp '{string.Join(' ', all)}'" : null,
        AddIgnoreIp is { } more ? $"IgnoreIp, adding {string.Join(' ', more)}" : null,
        RemoveIgnoreIp is { } fewer ? $"IgnoreIp, removing {string.Join(' ', fewer)}" : null,
    }.OfType<string>();
}
