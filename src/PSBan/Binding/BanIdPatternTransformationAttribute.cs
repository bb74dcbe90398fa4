using System.Management.Automation;
using PSBan.Model;

namespace PSBan.Binding;

/// <summary>Makes a <see cref="BanIdPattern"/> of everything that <see cref="BanIdTransformationAttribute"/> takes.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BanIdPatternTransformationAttribute : ArgumentTransformationAttribute
{
    private static readonly BanIdTransformationAttribute s_ids = new();

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        s_ids.Transform(engineIntrinsics, inputData) is BanId[] ids ? Array.ConvertAll(ids, id => new BanIdPattern(id.ToString())) : inputData;
}
