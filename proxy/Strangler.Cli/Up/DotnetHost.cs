using System.Diagnostics;

namespace Strangler.Cli.Up;

/// <summary>The <c>dotnet</c> that this command itself runs on.</summary>
internal static class DotnetHost
{
    // A process started by MSBuild or the SDK gets these from it, and another SDK's build then fails in odd ways.
    private static readonly string[] FromOtherBuilds = ["MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly"];

    public static string Path { get; } = Find();

    public static ProcessStartInfo Command(string workingDirectory, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in FromOtherBuilds) start.Environment.Remove(name);
        return start;
    }

    private static string Find()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        // .../shared/Microsoft.NETCore.App/10.0.0/ -> ...
        var root = System.IO.Path.GetFullPath(System.IO.Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var beside = System.IO.Path.Combine(root, name);
        return File.Exists(beside) ? beside : name;
    }
}
