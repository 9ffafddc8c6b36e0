namespace Sync.Databases.Sqlite;

internal sealed class SqliteSql : SyncSql
{
    public override string CreateSchemaTable => "CREATE TABLE IF NOT EXISTS sync_schema (version INTEGER NOT NULL PRIMARY KEY)";

    public override string ReadSchemaVersion => "SELECT COALESCE(MAX(version), 0) FROM sync_schema";

    public override string SetSchemaVersion => "INSERT INTO sync_schema (version) VALUES (@version)";
}
