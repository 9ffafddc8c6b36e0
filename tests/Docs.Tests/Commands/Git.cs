using System.ComponentModel;
using System.Diagnostics;

namespace Docs.Tests.Commands;

/// <summary>Git, where it is installed.</summary>
internal static class Git
{
    private static readonly string[] Settings =
    [
        "-c",
        "user.name=Docs",
        "-c",
        "user.email=docs@example.org",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "core.autocrlf=false",
    ];

    /// <summary>What a command prints; null if there is no git here or the command fails.</summary>
    public static async Task<string?> RunAsync(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", [.. Settings, .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start);
            var errors = process!.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await errors;
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
