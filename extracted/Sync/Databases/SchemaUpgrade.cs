using System.Data.Common;
using System.Globalization;

namespace Sync.Databases;

/// <summary>Brings the sync tables to this version, each script in a transaction with its version number.</summary>
internal static class SchemaUpgrade
{
    public static void Run(IDialect dialect, Action<DbConnection, DbTransaction> prepare)
    {
        using var connection = dialect.CreateConnection();
        connection.Open();
        dialect.Configure(connection);
        var known = dialect.SchemaScripts.Count;
        for (var done = false; !done;)
        {
            // Another instance may do the same: the version is read under the lock, each time.
            using var transaction = dialect.BeginUpgrade(connection);
            var version = Read(connection, dialect, transaction);
            if (version > known)
                throw new InvalidOperationException(
                    $"The sync tables in {dialect.Description} have version {version}, but this program knows versions up to {known}. " +
                    "Run a version of the program at least as new as the one that last used this database, or point Database:ConnectionString at another one. Nothing was changed.");
            done = version == known;
            if (done)
            {
                prepare(connection, transaction);
            }
            else
            {
                connection.Run(transaction, dialect.SchemaScripts[version]);
                connection.Run(transaction, dialect.Sql.SetSchemaVersion, ("@version", version + 1));
            }

            transaction.Commit();
        }
    }

    private static int Read(DbConnection connection, IDialect dialect, DbTransaction transaction)
    {
        connection.Run(transaction, dialect.Sql.CreateSchemaTable);
        return Convert.ToInt32(connection.Scalar(transaction, dialect.Sql.ReadSchemaVersion), CultureInfo.InvariantCulture);
    }
}
