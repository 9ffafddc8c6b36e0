namespace Sync.Databases;

/// <summary>The statements on the sync tables. The text lies beside each database.</summary>
internal abstract class SyncSql
{
    public abstract string CreateSchemaTable { get; }

    public abstract string ReadSchemaVersion { get; }

    public abstract string SetSchemaVersion { get; }
}
