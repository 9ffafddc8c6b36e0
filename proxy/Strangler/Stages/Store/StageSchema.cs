using System.Data.Common;
using System.Globalization;
using System.Reflection;

namespace Strangler.Stages.Store;

/// <summary>The numbered scripts of one database, and bringing a database to the last of them.</summary>
/// <param name="Sql">The statements that go with the scripts.</param>
/// <param name="Scripts">Version 1 first; each is a list of batches.</param>
internal sealed record StageSchema(StageSql Sql, IReadOnlyList<IReadOnlyList<string>> Scripts)
{
    /// <summary>The scripts embedded from the folder <c>Stages/Store/{database}/Schema</c>.</summary>
    public static StageSchema Of(string database, StageSql sql)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var folder = $"Strangler.Stages.Store.{database}.Schema.";
        var scripts = new List<IReadOnlyList<string>>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            scripts.Add(Batches(reader.ReadToEnd()));
            if (int.Parse(name[folder.Length..^".sql".Length], CultureInfo.InvariantCulture) != scripts.Count)
                throw new InvalidOperationException($"The script {name} does not follow the one before it.");
        }

        return new StageSchema(sql, scripts);
    }

    /// <summary>Runs the scripts that the database has not seen, in one transaction, while no other proxy does.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="begin">Begins a transaction that may write.</param>
    /// <param name="place">The database in the operator's words, and the setting that names it.</param>
    /// <exception cref="StateStoreException">A newer proxy has written it.</exception>
    public void Upgrade(DbConnection connection, Func<DbTransaction> begin, (string Name, string Setting) place)
    {
        using var transaction = begin();
        var session = new StageSession(connection, transaction);
        Run(Sql.LockSchema);
        if (Number(Sql.VersionTableExists) == 0) Run(Sql.CreateVersionTable);
        var version = Number(Sql.Version);
        if (version > Scripts.Count)
        {
            throw new StateStoreException(
                $"{place.Name} has schema version {version}; this proxy knows up to {Scripts.Count}. " +
                $"Nothing has been changed. Start the newer version of the proxy that wrote it, or set {place.Setting} to another one.");
        }

        for (var number = version + 1; number <= Scripts.Count; number++)
        {
            foreach (var batch in Scripts[number - 1]) Run(batch);
            Run(Sql.WriteVersion, ("@version", number));
        }

        transaction.Commit();

        void Run(string sql, params (string Name, object? Value)[] parameters)
        {
            if (sql.Length == 0) return;
            using var command = session.Command(sql, parameters);
            command.ExecuteNonQuery();
        }

        int Number(string sql)
        {
            using var command = session.Command(sql, []);
            return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        }
    }

    // A line with GO alone ends a batch: some statements of SQL Server must be the first of theirs.
    private static List<string> Batches(string script)
    {
        var batches = new List<string>();
        var lines = new List<string>();
        foreach (var line in script.Split('\n').Append("GO"))
        {
            if (line.Trim() != "GO")
            {
                lines.Add(line);
                continue;
            }

            if (lines.Any(static l => l.Trim().Length > 0)) batches.Add(string.Join('\n', lines));
            lines.Clear();
        }

        return batches;
    }
}
