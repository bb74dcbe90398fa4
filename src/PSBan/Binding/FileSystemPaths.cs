using System.Management.Automation;

namespace PSBan.Binding;

/// <summary>Tells paths of the file system from those of other PowerShell providers.</summary>
internal static class FileSystemPaths
{
    public static bool IsFileSystem(ProviderInfo provider) => string.Equals(provider.Name, "FileSystem", StringComparison.Ordinal);
}
