using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Legacy.Web.Startup;

/// <summary>Runs the application; a start that fails for a known reason ends with one line on standard error and exit code 1.</summary>
public static class StartupRunner
{
    public static async Task<int> RunAsync(Func<Task<WebApplication>> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        try
        {
            await using var app = await build();
            await StartAsync(app);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception error) when (Describe(error) is { } reason)
        {
            await Console.Error.WriteLineAsync($"error: {reason}");
            return 1;
        }
    }

    private static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch
        {
            // Background work has begun before the port is bound; disposing it without a stop would log its own failure.
            await app.StopAsync();
            throw;
        }
    }

    private static string? Describe(Exception error) => error switch
    {
        StartupException => error.Message,
        IOException { InnerException: AddressInUseException } => $"{error.Message.TrimEnd('.')}. Give another address with --urls, or stop the process that uses it.",
        FormatException or ArgumentOutOfRangeException { ParamName: "port" } => $"{error.Message.TrimEnd('.')}. Mend the address in --urls: http://host:port, with a port up to 65535.",
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        UnauthorizedAccessException or IOException => $"{error.Message.TrimEnd('.')}. Make the directory writable, or name another one in the settings.",
        SqliteException { SqliteErrorCode: 8 or 14 } => $"The database cannot be written ({error.Message.TrimEnd('.')}). Mend the rights of its directory, or name another file in Database:ConnectionString.",
        SqliteException { SqliteErrorCode: 11 or 26 } => $"The database file is damaged or no database ({error.Message.TrimEnd('.')}). Restore it, or name another file in Database:ConnectionString.",
        _ => null,
    };
}
