using System.Text.Json;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up.Databases;

/// <summary>
/// Which databases a data directory belongs to. Kept there, so that a later start goes on with the same ones: on others, keys and stages would
/// speak of rows that are elsewhere.
/// </summary>
internal sealed record DatabaseChoice(string Provider, string? Connection)
{
    public const string Embedded = "sqlite";

    private string Description => Server?.Description ?? "sqlite, files in the data directory";

    /// <summary>The server; null for embedded databases.</summary>
    public DatabaseServer? Server => Provider switch
    {
        "postgresql" => PostgreSqlServer.Read(Connection!),
        "sqlserver" => SqlServerServer.Read(Connection!),
        _ => null,
    };

    /// <summary>What is asked for, or what the directory has, or embedded databases.</summary>
    /// <exception cref="CommandFailure">The directory has others than those asked for.</exception>
    public static DatabaseChoice Take(UpRequest request, UpLayout layout)
    {
        var kept = Read(layout);
        var wanted = request.Database is { } provider ? new DatabaseChoice(provider, request.Connection) : kept ?? new DatabaseChoice(Embedded, null);
        if (kept is not null && kept.Description != wanted.Description)
        {
            throw new CommandFailure(
                $"The data directory {layout.Data} belongs to other databases: {kept.Description}. Asked for: {wanted.Description}. " +
                $"Leave --database out to go on with the former, or name another directory with --data to begin anew.");
        }

        return wanted;
    }

    /// <summary>Writes it to the data directory, as private as the keys beside it: a connection string has a password.</summary>
    public void Keep(UpLayout layout)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.Delete(layout.DatabaseFile + ".new");
        using (var writer = new StreamWriter(layout.DatabaseFile + ".new", options)) writer.Write(Json.Write(this));
        File.Move(layout.DatabaseFile + ".new", layout.DatabaseFile, overwrite: true);
    }

    private static DatabaseChoice? Read(UpLayout layout)
    {
        if (File.Exists(layout.DatabaseFile))
        {
            try
            {
                return JsonSerializer.Deserialize<DatabaseChoice>(File.ReadAllText(layout.DatabaseFile), Json.Options);
            }
            catch (JsonException error)
            {
                throw new CommandFailure($"{layout.DatabaseFile} cannot be read: {error.Message} It says which databases belong to the directory: mend it, or name another directory with --data.");
            }
        }

        // Directories made before there was a choice have embedded databases.
        return File.Exists(layout.ProxyFile) ? new DatabaseChoice(Embedded, null) : null;
    }
}
