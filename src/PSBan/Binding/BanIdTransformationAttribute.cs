using System.Collections;
using System.Management.Automation;
using System.Net;
using PSBan.Model;
using PSBan.Scan;

namespace PSBan.Binding;

/// <summary>
/// Takes addresses, prefixes and other identifiers as text or as one of the types that carry one, so that bans, failures and events can be piped
/// as they are. What it does not know it leaves alone: PowerShell then looks for a property of the parameter's name.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BanIdTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is IList list)
        {
            List<BanId?> ids = [.. list.Cast<object>().Select(item => Take(item is PSObject inner ? inner.BaseObject : item))];
            return ids.TrueForAll(id => id.HasValue) ? ids.ConvertAll(id => id!.Value).ToArray() : inputData;
        }

        return Take(value) is { } id ? new[] { id } : inputData;
    }

    private static BanId? Take(object? value) => value switch
    {
        BanId id => id,
        Address address => address,
        IPAddress address => Address.From(address),
        string text => BanId.FromText(text.Trim()),
        Ban ban => ban.Id,
        BanHistoryEntry ban => ban.Id,
        BanEvent { Id.IsEmpty: false } item => item.Id,
        Failure failure => failure.Id,
        FoundFailure failure => failure.Id,
        _ => null,
    };
}
