using System.Data.Common;
using Catalog.Service.Data.Databases;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Catalog.Service.Web.Startup;

/// <summary>Runs the application; a start that fails for a known reason ends with one line on standard error and exit code 1.</summary>
internal static class StartupRunner
{
    public static async Task<int> RunAsync(Func<Task<WebApplication?>> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        try
        {
            await using var app = await build();
            // There was something else to do, and it is done.
            if (app is null) return 0;
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
            await StopAsync(app);
            throw;
        }
    }

    /// <summary>Background work has begun before the port is bound; disposing it without a stop would log its own failure.</summary>
    private static async Task StopAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync();
        }
        catch (Exception)
        {
            // Where the settings were refused, nothing had begun. What is told is why the start failed.
        }
    }

    private static string? Describe(Exception error) => error switch
    {
        StartupException => error.Message,
        IOException { InnerException: AddressInUseException } => $"{error.Message.TrimEnd('.')}. Give another address with --urls, or stop the process that uses it.",
        FormatException or ArgumentOutOfRangeException { ParamName: "port" } => $"{error.Message.TrimEnd('.')}. Mend the address in --urls: http://host:port, with a port up to 65535.",
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        UnauthorizedAccessException or IOException => $"{error.Message.TrimEnd('.')}. Make the directory writable, or name another one in the settings.",
        DbException database => DatabaseKind.All.Select(kind => kind.Mend(database)).FirstOrDefault(mend => mend is not null),
        ArgumentException or KeyNotFoundException when error.Source is "Npgsql" or "Microsoft.Data.SqlClient" or "Microsoft.Data.Sqlite" =>
            $"Database:ConnectionString does not fit Database:Provider: {error.Message.TrimEnd('.')}. Mend one of them.",
        _ => null,
    };
}
