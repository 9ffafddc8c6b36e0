using System.Data.Common;
using System.Globalization;

namespace Sync.Databases;

/// <summary>Brings the sync tables to this version, each script in a transaction with its version number.</summary>
internal static class SchemaUpgrade
{
    public static void Run(IDialect dialect, Action<DbConnection> prepare)
    {
        using var connection = dialect.CreateConnection();
        connection.Open();
        dialect.Configure(connection);
        var version = Read(connection, dialect, null);
        var known = dialect.SchemaScripts.Count;
        if (version > known)
            throw new InvalidOperationException(
                $"The sync tables in {dialect.Description} have version {version}, but this program knows versions up to {known}. " +
                "Run a version of the program at least as new as the one that last used this database, or point Database:ConnectionString at another one. Nothing was changed.");

        for (var next = version + 1; next <= known; next++)
        {
            using var transaction = connection.BeginTransaction();
            // Another instance may have been faster.
            if (Read(connection, dialect, transaction) >= next) continue;
            connection.Run(transaction, dialect.SchemaScripts[next - 1]);
            connection.Run(transaction, dialect.Sql.SetSchemaVersion, ("@version", next));
            transaction.Commit();
        }

        prepare(connection);
    }

    private static int Read(DbConnection connection, IDialect dialect, DbTransaction? transaction)
    {
        connection.Run(transaction, dialect.Sql.CreateSchemaTable);
        return Convert.ToInt32(connection.Scalar(transaction, dialect.Sql.ReadSchemaVersion), CultureInfo.InvariantCulture);
    }
}
