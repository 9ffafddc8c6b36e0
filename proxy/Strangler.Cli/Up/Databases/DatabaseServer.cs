using System.Data.Common;
using System.Text.RegularExpressions;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up.Databases;

/// <summary>A server on which each process of the system gets a database of its own, named <c>PREFIX_PROCESS</c>.</summary>
internal abstract partial class DatabaseServer
{
    /// <summary>The prefix of the databases' names where the connection string names no database.</summary>
    public const string DefaultPrefix = "strangler";

    private readonly string _prefix;

    protected DatabaseServer(string? database)
    {
        _prefix = string.IsNullOrEmpty(database) ? DefaultPrefix : database;
        if (!Prefix().IsMatch(_prefix))
            throw new CommandFailure($"--connection names the database '{_prefix}', which begins the names of all databases here: use lower case letters, digits and underscores.", ExitCode.WrongUse);
    }

    /// <summary>What goes into the processes' settings.</summary>
    public abstract string Provider { get; }

    /// <summary>Host and port.</summary>
    public abstract string Place { get; }

    /// <summary>The databases as a person names them.</summary>
    public string Description => $"{Provider}, {_prefix}_* on {Place}";

    public string NameOf(string process) => $"{_prefix}_{process.Replace('-', '_')}";

    /// <summary>The connection string for one database.</summary>
    public abstract string ConnectionTo(string database);

    /// <summary>Creates those that are missing and returns their names.</summary>
    public async Task<IReadOnlyList<string>> CreateAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        try
        {
            var created = new List<string>();
            await using var connection = Connect();
            await connection.OpenAsync(cancellation);
            foreach (var name in names)
            {
                if (await CreateAsync(connection, name, cancellation)) created.Add(name);
            }

            return created;
        }
        catch (DbException error)
        {
            throw new CommandFailure($"The databases {_prefix}_* on {Place} ({Provider}) cannot be used: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}. {Mend(error)}");
        }
    }

    /// <summary>A connection to the server's own database.</summary>
    protected abstract DbConnection Connect();

    protected abstract Task<bool> CreateAsync(DbConnection connection, string name, CancellationToken cancellation);

    protected abstract string Mend(DbException error);

    protected static CommandFailure Unreadable(string kind, Exception error, string example) =>
        new($"--connection is no connection string of {kind}: {error.Message} Write it like \"{example}\".", ExitCode.WrongUse);

    protected static async Task<object?> RunAsync(DbConnection connection, string sql, CancellationToken cancellation, string? name = null)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of databases can be no parameters; they are letters, digits and underscores.
        command.CommandText = sql;
#pragma warning restore CA2100
        if (name is not null)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ("@name", name);
            command.Parameters.Add(parameter);
        }

        return await command.ExecuteScalarAsync(cancellation);
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,29}$")]
    private static partial Regex Prefix();
}
