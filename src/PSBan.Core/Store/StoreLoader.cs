using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace PSBan.Store;

/// <summary>
/// Opens stores on disk. The database and its libraries live in a folder of their own beside this assembly and are loaded into a context of their own, so
/// that they cannot clash with what another module has loaded.
/// </summary>
public static class StoreLoader
{
    private const string AssemblyName = "PSBan.Sqlite";
    private static readonly Lazy<IBanStoreProvider> s_provider = new(LoadProvider);

    /// <summary>Opens a store and makes its file where there is none.</summary>
    /// <param name="options">Which, and how.</param>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static IBanStore Open(StoreOptions options) => s_provider.Value.Open(options);

    private static IBanStoreProvider LoadProvider()
    {
        string home = Path.GetDirectoryName(typeof(StoreLoader).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;
        string path = Path.Combine(home, AssemblyName, AssemblyName + ".dll");
        try
        {
            Assembly assembly = new PrivateContext(path).LoadFromAssemblyPath(path);
            Type type = assembly.GetTypes().Single(type => type.IsAssignableTo(typeof(IBanStoreProvider)));
            return (IBanStoreProvider)Activator.CreateInstance(type)!;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or TypeLoadException or ReflectionTypeLoadException or InvalidOperationException or TargetInvocationException)
        {
            throw new StoreException(StoreFailure.Unavailable, $"The database part of PSBan ({path}) cannot be loaded: {e.Message} Install PSBan again, or do without with 'dbfile = None'.", e);
        }
    }

    private sealed class PrivateContext(string path) : AssemblyLoadContext(AssemblyName)
    {
        // SQLite is part of both systems and is kept up to date with them; the copy that comes with PSBan is for those that lack it.
        private static readonly string[] s_systemSqlite =
            OperatingSystem.IsWindows() ? ["winsqlite3.dll"] : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib"] : ["libsqlite3.so.0"];

        private readonly AssemblyDependencyResolver _resolver = new(path);

        // What both sides speak of must be one and the same type.
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name == typeof(IBanStore).Assembly.GetName().Name ? typeof(IBanStore).Assembly
            : _resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file)
            : null;

        protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
        {
            if (unmanagedDllName == "e_sqlite3")
            {
                foreach (string name in s_systemSqlite)
                {
                    if (NativeLibrary.TryLoad(name, typeof(StoreLoader).Assembly, DllImportSearchPath.System32, out IntPtr library))
                    {
                        return library;
                    }
                }
            }

            return _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : IntPtr.Zero;
        }
    }
}
