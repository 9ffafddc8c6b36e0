using System.Runtime.InteropServices;

namespace TestKit.Processes;

/// <summary>The <c>dotnet</c> that the tests run on.</summary>
public static class Dotnet
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        // .../shared/Microsoft.NETCore.App/10.0.0/ -> ...
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var beside = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : name;
    }
}
