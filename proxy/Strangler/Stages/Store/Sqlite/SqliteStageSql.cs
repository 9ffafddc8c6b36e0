namespace Strangler.Stages.Store.Sqlite;

/// <summary>What SQLite writes its own way. The proxies that share a file share a machine, and so its clock.</summary>
internal sealed class SqliteStageSql() : StageSql("")
{
    public override string Save =>
        """
        INSERT INTO module_state (module, stage, canary_percent, owner, epoch, switching, held, version, stage_since)
        VALUES (@module, @stage, @percent, @owner, @epoch, @switching, @held, @version, @now)
        ON CONFLICT (module) DO UPDATE SET
            stage_since = CASE WHEN stage = @stage THEN stage_since ELSE @now END,
            stage = @stage, canary_percent = @percent, owner = @owner, epoch = @epoch, switching = @switching, held = @held, version = @version
        WHERE version = @version - 1
        """;

    // The transaction has the whole file to itself.
    public override string ReadLease => "SELECT holder, token, until <= @now FROM lease WHERE name = @name";

    public override string WriteLease => "UPDATE lease SET holder = @holder, token = @token, until = @now + @duration WHERE name = @name";

    public override string LockSchema => "";

    public override string VersionTableExists => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'";

    public override string CreateVersionTable => "CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY) STRICT";
}
