using System.CommandLine;
using Strangler.Cli.Running;

namespace Strangler.Cli.Talking;

/// <summary>
/// Where the admin API is and the key for it: as given, else from the environment, else as the <c>up</c> left it that runs on the data directory.
/// Only one directory is ever looked in, so that no older key of another system is sent.
/// </summary>
internal sealed record AdminAddress(Uri Url, string Key)
{
    private const string Default = "http://127.0.0.1:8081";

    public static AdminAddress Of(ParseResult parse)
    {
        var givenUrl = parse.GetValue(SharedOptions.Admin) ?? Environment.GetEnvironmentVariable("STRANGLER_ADMIN");
        var givenKey = (parse.GetValue(SharedOptions.Key) ?? Environment.GetEnvironmentVariable("STRANGLER_KEY"))?.Trim();
        if (string.IsNullOrEmpty(givenKey)) givenKey = null;

        var data = DataOption.Find(parse);
        var up = data is null ? null : DataOption.RunningOn(data);
        // A key without a URL is for a proxy that nothing here describes, unless the directory is named.
        var needsUp = givenUrl is null && (givenKey is null || DataOption.Given(parse) is not null);
        if (needsUp && data is not null && up is null) throw NotRunning(data);

        var url = Read(givenUrl ?? up?.AdminUrl ?? Default);
        return new AdminAddress(url, givenKey ?? KeyIn(up?.KeyFile ?? (data is null ? null : Path.Combine(data, "admin.key"))));
    }

    private static CommandFailure NotRunning(string data) =>
        new($"{DataOption.NotRunning(data).Message} Without 'strangler up', name the proxy's admin listener with --admin URL.");

    private static Uri Read(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new CommandFailure($"'{url}' is no URL of an admin listener. Write it as {Default}.", ExitCode.WrongUse);

    private static string KeyIn(string? file)
    {
        if (file is null || !File.Exists(file))
            throw new CommandFailure("There is no admin key. Use --key KEY or STRANGLER_KEY, or name the data directory of 'strangler up' with --data DIR.", ExitCode.WrongUse);
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The admin key in {file} cannot be read: {error.Message} Use --key KEY or STRANGLER_KEY.");
        }
    }
}
