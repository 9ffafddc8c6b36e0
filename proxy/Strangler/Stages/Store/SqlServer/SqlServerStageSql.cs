namespace Strangler.Stages.Store.SqlServer;

/// <summary>What SQL Server writes its own way. Leases run by the server's clock: those of the proxies' machines may differ.</summary>
internal sealed class SqlServerStageSql() : StageSql("strangler.")
{
    private const string Now = "DATEDIFF_BIG(MILLISECOND, '1970-01-01T00:00:00', SYSUTCDATETIME())";

    // Two that insert at once meet at the primary key, which is a conflict, too.
    public override string Save =>
        """
        UPDATE strangler.module_state SET
            stage_since = CASE WHEN stage = @stage THEN stage_since ELSE @now END,
            stage = @stage, canary_percent = @percent, owner = @owner, epoch = @epoch, switching = @switching, held = @held, version = @version
        WHERE module = @module AND version = @version - 1;
        IF @@ROWCOUNT = 0
            INSERT INTO strangler.module_state (module, stage, canary_percent, owner, epoch, switching, held, version, stage_since)
            SELECT @module, @stage, @percent, @owner, @epoch, @switching, @held, @version, @now
            WHERE NOT EXISTS (SELECT 1 FROM strangler.module_state WHERE module = @module);
        """;

    public override string BeginSwitch =>
        """
        INSERT INTO strangler.switch_journal (module, from_side, to_side, old_epoch, new_epoch, phase, position, keys, target_stage, target_percent, token, started_at)
        OUTPUT inserted.id
        VALUES (@module, @from, @to, @old, @new, @phase, @position, @keys, @stage, @percent, @token, @started)
        """;

    // The application lock stands for the row, which may not be there yet. The database is in its name for servers that keep one set of locks for all databases.
    // It is waited for less long than a command may take, here and below: the driver's own end of the wait would name no cause.
    public override string PrepareLease =>
        """
        DECLARE @got int;
        DECLARE @lock nvarchar(255) = DB_NAME() + N'/strangler.lease:' + @name;
        EXEC @got = sp_getapplock @Resource = @lock, @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 8000;
        IF @got < 0 THROW 51001, N'Another proxy keeps the lease locked for more than 8 s.', 1;
        INSERT INTO strangler.lease (name, holder, token, until) SELECT @name, N'', 0, 0
        WHERE NOT EXISTS (SELECT 1 FROM strangler.lease WHERE name = @name);
        """;

    public override string ReadLease => $"SELECT holder, token, CAST(CASE WHEN until <= {Now} THEN 1 ELSE 0 END AS bit) FROM strangler.lease WITH (UPDLOCK, ROWLOCK) WHERE name = @name";

    public override string WriteLease => $"UPDATE strangler.lease SET holder = @holder, token = @token, until = {Now} + @duration WHERE name = @name";

    public override string AuditLog => $"SELECT TOP (@limit) {AuditColumns} FROM strangler.audit ORDER BY id DESC";

    public override string AuditLogOfModule => $"SELECT TOP (@limit) {AuditColumns} FROM strangler.audit WHERE module = @module ORDER BY id DESC";

    public override string Evidence => $"SELECT TOP (@limit) {EvidenceColumns} FROM strangler.evidence WHERE module = @module ORDER BY id DESC";

    public override string LockSchema =>
        """
        DECLARE @got int;
        DECLARE @lock nvarchar(255) = DB_NAME() + N'/strangler.schema_version';
        EXEC @got = sp_getapplock @Resource = @lock, @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 8000;
        IF @got < 0 THROW 51001, N'Another proxy is making the tables and did not end within 8 s; start again once it has.', 1;
        """;

    public override string VersionTableExists =>
        "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = N'strangler' AND TABLE_NAME = N'schema_version'";

    public override string CreateVersionTable =>
        """
        IF NOT EXISTS (SELECT 1 FROM sys.schemas WHERE name = N'strangler') EXEC(N'CREATE SCHEMA strangler');
        CREATE TABLE strangler.schema_version (version int NOT NULL PRIMARY KEY);
        """;
}
