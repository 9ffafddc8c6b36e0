using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace Strangler.Stages.Store;

/// <summary>
/// One connection to the state file, used by one caller at a time. SQLite works on the caller's thread, and every statement here takes
/// well under a millisecond, so a lock is enough.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;

    public SqliteDatabase(string file)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder) Directory.CreateDirectory(folder);
            _connection.Open();
            // FULL: what the journal says must survive the machine, not only the process.
            // busy_timeout: SQLite's own waiting starts at a millisecond; the client library's starts at 150.
            Run("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            Upgrade(file);
        }
        catch (StateFileException)
        {
            _connection.Dispose();
            throw;
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            _connection.Dispose();
            throw new StateFileException(
                $"The state file {Path.GetFullPath(file)} cannot be used: {error.Message} " +
                "Give the proxy the right to write there, or set Strangler:State to another file.", error);
        }
    }

    /// <summary>Runs <paramref name="work"/> in a write transaction.</summary>
    public T Write<T>(Func<SqliteDatabase, T> work)
    {
        lock (_gate)
        {
            using var transaction = _connection.BeginTransaction(deferred: false);
            var result = work(this);
            transaction.Commit();
            return result;
        }
    }

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public int Run(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_gate)
        {
            using var command = Command(sql, parameters);
            return command.ExecuteNonQuery();
        }
    }

    /// <summary>Runs a query.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_gate)
        {
            using var command = Command(sql, parameters);
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read()) rows.Add(read(reader));
            return rows;
        }
    }

    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this folder or an embedded script; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private void Upgrade(string file)
    {
        var scripts = Scripts();
        Write(database =>
        {
            database.Run("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY) STRICT;");
            var version = database.Query("SELECT COALESCE(MAX(version), 0) FROM schema_version", r => r.GetInt32(0))[0];
            if (version > scripts.Count)
            {
                throw new StateFileException(
                    $"The state file {Path.GetFullPath(file)} has schema version {version}; this proxy knows up to {scripts.Count}. " +
                    "Nothing has been changed. Start the newer version of the proxy that wrote it, or set Strangler:State to another file.");
            }

            foreach (var (number, script) in scripts.Where(s => s.Number > version))
            {
                database.Run(script);
                database.Run("INSERT INTO schema_version (version) VALUES ($version)", ("$version", number));
            }

            return 0;
        });
    }

    private static List<(int Number, string Text)> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        const string folder = "Strangler.Stages.Store.Schema.";
        var scripts = new List<(int Number, string Text)>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            scripts.Add((int.Parse(name[folder.Length..^".sql".Length], CultureInfo.InvariantCulture), reader.ReadToEnd()));
        }

        return scripts;
    }
}
