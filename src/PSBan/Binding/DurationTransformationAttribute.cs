using System.Globalization;
using System.Management.Automation;
using PSBan.Model;

namespace PSBan.Binding;

/// <summary>Takes a length of time as fail2ban writes it (<c>600</c>, <c>10m</c>, <c>1d12h</c>, <c>-1</c>) or as a <see cref="TimeSpan"/>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is null or Duration)
        {
            return value!;
        }

        if (value is TimeSpan span)
        {
            return Duration.From(span);
        }

        // PowerShell reads a bare 1d as the decimal 1 and a bare 1s or 1y as a small integer, but keeps the text that was typed; that text is what is meant.
        string text = LanguagePrimitives.ConvertTo<string>(inputData) ?? string.Empty;
        return Duration.TryParse(text, out Duration duration)
            ? duration
            : throw new ArgumentTransformationMetadataException(string.Create(
                CultureInfo.InvariantCulture, $"'{VisibleText.Of(text)}' is no length of time; write seconds (600), units (10m, 1d12h), -1 for ever, or give a TimeSpan."));
    }
}
