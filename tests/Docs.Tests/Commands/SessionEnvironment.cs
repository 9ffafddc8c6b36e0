using System.Collections;
using TestKit.Processes;

namespace Docs.Tests.Commands;

/// <summary>The variables of a reader's terminal: none of the test's own, and a home without settings, but with the package cache.</summary>
internal static class SessionEnvironment
{
    private static readonly string[] Kept = ["PATH", "USER", "LOGNAME", "TMPDIR", "LD_LIBRARY_PATH"];

    private static readonly string[] KeptBeginnings =
    [
        "DOTNET_",
        "NUGET_",
        "SSL_",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
    ];

    public static Dictionary<string, string> Build(string home)
    {
        var environment = Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(entry => (Name: (string)entry.Key, Value: (string?)entry.Value ?? ""))
            .Where(one => IsKept(one.Name.ToUpperInvariant()))
            .ToDictionary(one => one.Name, one => one.Value);
        environment["PATH"] = $"{Path.GetDirectoryName(Dotnet.Path)}:{environment.GetValueOrDefault("PATH")}";
        environment["HOME"] = home;
        environment["LANG"] = "C.UTF-8";
        environment["TERM"] = "dumb";
        environment["DOTNET_NOLOGO"] = "1";
        environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        environment["MSBUILDDISABLENODEREUSE"] = "1";
        ShareNuGet(home, environment);
        return environment;
    }

    private static bool IsKept(string name) =>
        Kept.Contains(name) || KeptBeginnings.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal));

    private static void ShareNuGet(string home, Dictionary<string, string> environment)
    {
        var real = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget");
        var mine = Directory.CreateDirectory(Path.Combine(home, ".nuget")).FullName;
        environment.TryAdd("NUGET_PACKAGES", Path.Combine(real, "packages"));
        var settings = Path.Combine(real, "NuGet");
        if (Directory.Exists(settings))
        {
            Directory.CreateSymbolicLink(Path.Combine(mine, "NuGet"), settings);
        }
    }
}
