using System.CommandLine;
using System.Text.Json;
using Strangler.Cli.Running;

namespace Strangler.Cli.Talking;

/// <summary>Where the admin API is and the key for it: as given, else from the environment, else as <c>strangler up</c> left it in <c>.data/</c>.</summary>
internal sealed record AdminAddress(Uri Url, string Key)
{
    private const string Default = "http://127.0.0.1:8081";

    public static AdminAddress Of(ParseResult parse)
    {
        var up = Up();
        var url = parse.GetValue(SharedOptions.Admin) ?? Environment.GetEnvironmentVariable("STRANGLER_ADMIN") ?? up?.AdminUrl ?? Default;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandFailure($"'{url}' is no URL of an admin listener. Write it as {Default}.", ExitCode.WrongUse);
        return new AdminAddress(address, KeyOf(parse, up));
    }

    private static string KeyOf(ParseResult parse, UpFile? up)
    {
        var given = parse.GetValue(SharedOptions.Key) ?? Environment.GetEnvironmentVariable("STRANGLER_KEY");
        if (!string.IsNullOrWhiteSpace(given)) return given.Trim();
        var file = up?.KeyFile is { } named && File.Exists(named) ? named : Nearest("admin.key");
        if (file is null) throw new CommandFailure("There is no admin key. Use --key KEY or STRANGLER_KEY, or run this below the directory whose .data/admin.key 'strangler up' has written.", ExitCode.WrongUse);
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The admin key in {file} cannot be read: {error.Message} Use --key KEY or STRANGLER_KEY.");
        }
    }

    private static UpFile? Up()
    {
        if (Nearest("up.json") is not { } file) return null;
        try
        {
            var up = JsonSerializer.Deserialize<UpFile>(File.ReadAllText(file), Json.Options);
            var folder = Path.GetDirectoryName(file)!;
            return up is null ? null : up with { KeyFile = up.KeyFile is null ? null : Path.GetFullPath(up.KeyFile, Path.GetDirectoryName(folder)!) };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandFailure($"{file} cannot be read: {error.Message} Name the proxy with --admin URL.");
        }
    }

    private static string? Nearest(string name) => Upwards.Find(Directory.GetCurrentDirectory(), Path.Combine(".data", name));

    private sealed record UpFile(string? PublicUrl, string? AdminUrl, string? KeyFile);
}
