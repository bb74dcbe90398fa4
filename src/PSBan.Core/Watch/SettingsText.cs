using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using PSBan.Model;

namespace PSBan.Watch;

/// <summary>
/// Writes settings as text that is the same where they mean the same, wherever in the configuration they are written. Every public property counts, so that a
/// setting that comes later cannot be forgotten; only places in files do not.
/// </summary>
internal static class SettingsText
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> s_properties = new();

    /// <summary>Writes a value.</summary>
    /// <param name="value">A text, number, time, list, dictionary, or record of these.</param>
    public static string Of(object? value)
    {
        StringBuilder text = new();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append('-');
                break;
            case string words:
                // With its length in front, so that no text can look like the end of a value.
                text.Append(CultureInfo.InvariantCulture, $"{words.Length}:{words}");
                break;
            case Duration time:
                text.Append(time.IsPermanent ? "ever" : time.TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
                break;
            case bool or Enum or IFormattable:
                text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case IDictionary pairs:
                WriteAll(text, pairs.Keys.Cast<object>().OrderBy(key => key.ToString(), StringComparer.Ordinal).SelectMany(key => (object?[])[key, pairs[key]]));
                break;
            case IEnumerable items:
                WriteAll(text, items.Cast<object?>());
                break;
            default:
                WriteAll(text, PropertiesOf(value.GetType()).SelectMany(property => (object?[])[property.Name, property.GetValue(value)]));
                break;
        }
    }

    private static void WriteAll(StringBuilder text, IEnumerable<object?> values)
    {
        text.Append('{');
        foreach (object? value in values)
        {
            Write(text, value);
            text.Append(';');
        }

        text.Append('}');
    }

    private static PropertyInfo[] PropertiesOf(Type type) => s_properties.GetOrAdd(type, static of =>
    [
        .. of.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.PropertyType != typeof(SourceLocation) && property.GetIndexParameters().Length == 0 && property.Name != nameof(Located<int>.IsWritten)),
    ]);
}
