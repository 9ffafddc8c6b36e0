namespace Strangler.Stages.Store.PostgreSql;

/// <summary>What PostgreSQL writes its own way. Leases run by the server's clock: those of the proxies' machines may differ.</summary>
internal sealed class PostgreSqlStageSql() : StageSql("strangler.")
{
    private const string Now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

    // In the update a bare column is the row's own; the values are the statement's.
    public override string Save =>
        """
        INSERT INTO strangler.module_state AS m (module, stage, canary_percent, owner, epoch, switching, held, version, stage_since)
        VALUES (@module, @stage, @percent, @owner, @epoch, @switching, @held, @version, @now)
        ON CONFLICT (module) DO UPDATE SET
            stage_since = CASE WHEN m.stage = excluded.stage THEN m.stage_since ELSE excluded.stage_since END,
            stage = excluded.stage, canary_percent = excluded.canary_percent, owner = excluded.owner, epoch = excluded.epoch,
            switching = excluded.switching, held = excluded.held, version = excluded.version
        WHERE m.version = excluded.version - 1
        """;

    public override string ReadLease => $"SELECT holder, token, until <= {Now} FROM strangler.lease WHERE name = @name FOR UPDATE";

    public override string WriteLease => $"UPDATE strangler.lease SET holder = @holder, token = @token, until = {Now} + @duration WHERE name = @name";

    public override string LockSchema => "SELECT pg_advisory_xact_lock(hashtext('strangler.schema_version'))";

    public override string VersionTableExists => "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'strangler' AND tablename = 'schema_version'";

    public override string CreateVersionTable =>
        "CREATE SCHEMA IF NOT EXISTS strangler; CREATE TABLE strangler.schema_version (version integer NOT NULL PRIMARY KEY)";
}
