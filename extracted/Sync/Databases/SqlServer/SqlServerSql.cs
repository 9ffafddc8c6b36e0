namespace Sync.Databases.SqlServer;

internal sealed class SqlServerSql : SyncSql
{
    /// <summary>The error of a writer that was not let in.</summary>
    public const int NotEntered = 51001;

    private const string Positions = "SELECT CAST([value] AS bigint) FROM OPENJSON(@positions)";
    private const string Keys = "SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@keys)";
    private const string Last = "CAST(COALESCE(IDENT_CURRENT(N'sync_outbox'), 0) AS bigint)";

    /// <summary>
    /// After a lock that was not given and is no error here: servers that speak SQL Server's language over PostgreSQL's storage keep each of these on a short stack,
    /// and break down when that is full. An error that is caught clears it.
    /// </summary>
    private const string Forgotten = "IF @got < 0 BEGIN BEGIN TRY RAISERROR(N'Not given.', 16, 1); END TRY BEGIN CATCH SET @got = -1; END CATCH END;";

    /// <summary>SQL Server keeps application locks by database. Servers that only speak its language may keep one set for all databases, so the database is in the name.</summary>
    private const string Lock = "DECLARE @got int; DECLARE @lock nvarchar(255) = DB_NAME() + N'/' + @resource;";

    private const string RaiseRow =
        """
        UPDATE sync_version SET epoch = @epoch, position = @position, removed = @removed
        WHERE module = @module AND entity = @entity AND [key] = @key AND (epoch < @epoch OR (epoch = @epoch AND position < @position));
        """;

    public const string AllowSnapshots =
        """
        IF EXISTS (SELECT 1 FROM sys.databases WHERE database_id = DB_ID() AND snapshot_isolation_state = 0)
            EXEC(N'ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON')
        """;

    public const string LeaveSnapshots = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED";

    /// <summary>@resource, @limit in milliseconds -> 0 or more when the lock was given.</summary>
    public const string LockExclusive =
        $"""
        {Lock}
        EXEC @got = sp_getapplock @Resource = @lock, @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = @limit;
        {Forgotten}
        SELECT @got;
        """;

    /// <summary>What follows is a statement of its own, which sees what was committed while this one waited.</summary>
    public const string LockShared =
        $"""
        {Lock}
        EXEC @got = sp_getapplock @Resource = @lock, @LockMode = N'Shared', @LockOwner = N'Transaction', @LockTimeout = 20000;
        IF @got < 0 THROW 51001, N'The module is being switched, and the switch did not end in time.', 1;

        """;

    /// <summary>@limit in milliseconds -> is the lock free at this moment, or within the limit; the last position; is this side the owner. In this order.</summary>
    public const string ReadPosition =
        $"""
        {Lock}
        EXEC @got = sp_getapplock @Resource = @lock, @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = @limit;
        {Forgotten}
        DECLARE @position bigint = {Last};
        SELECT @got, @position, CASE WHEN EXISTS (SELECT 1 FROM sync_ownership WHERE module = @module AND state = N'owner') THEN 1 ELSE 0 END;
        """;

    public const string HighestIssued = "SELECT CAST(IDENT_CURRENT(@table) AS bigint)";

    public override string CreateSchemaTable => "IF OBJECT_ID(N'sync_schema', N'U') IS NULL CREATE TABLE sync_schema (version int NOT NULL PRIMARY KEY)";

    /// <summary>
    /// What is committed now, for a transaction that sees the state of an earlier moment. Nobody can be asked whether it does: a level that a connection was left at in the
    /// driver's pool holds for the next one, who is told nothing of it.
    /// </summary>
    public static string ReadOwnershipNow => "SELECT state, epoch, floor, capture, detached FROM sync_ownership WITH (READCOMMITTEDLOCK) WHERE module = @module";

    public override string InsertOwnership =>
        """
        INSERT INTO sync_ownership (module, state, epoch, floor, capture) SELECT @module, @state, @epoch, @floor, @capture
        WHERE NOT EXISTS (SELECT 1 FROM sync_ownership WITH (UPDLOCK, HOLDLOCK) WHERE module = @module)
        """;

    public override string InsertOutbox =>
        """
        INSERT INTO sync_outbox (module, entity, [key], type, epoch, payload, traceparent, created)
        VALUES (@module, @entity, @key, @type, @epoch, @payload, @traceparent, @created);
        DECLARE @position bigint = SCOPE_IDENTITY();
        INSERT INTO sync_delivery (receiver, position) SELECT [value], @position FROM OPENJSON(@receivers);
        SELECT @position
        """;

    public override string LastPosition => $"SELECT {Last}";

    public override string SkipPosition =>
        """
        INSERT INTO sync_outbox (module, entity, [key], type, epoch, payload, created) VALUES (N'', N'', N'', N'', 0, 0x, 0);
        DELETE FROM sync_outbox WHERE position = SCOPE_IDENTITY();
        """;

    public override string InsertReceiver =>
        """
        INSERT INTO sync_receiver (receiver, module) SELECT @receiver, @module
        WHERE NOT EXISTS (SELECT 1 FROM sync_receiver WITH (UPDLOCK, HOLDLOCK) WHERE receiver = @receiver)
        """;

    /// <summary>By the server's clock, which all instances share, and past a row that another instance is just taking.</summary>
    public override string TakeLease =>
        """
        DECLARE @clock bigint = DATEDIFF_BIG(millisecond, '19700101', SYSUTCDATETIME());
        UPDATE r SET lease_owner = @owner, lease_until = @clock + (@until - @now)
        FROM sync_receiver AS r WITH (UPDLOCK, READPAST, ROWLOCK)
        WHERE r.receiver = @receiver AND (r.lease_owner IS NULL OR r.lease_owner = @owner OR r.lease_until < @clock);
        """;

    public override string ReadPending =>
        """
        SELECT TOP (@limit) o.position, o.module, o.entity, o.[key], o.type, o.epoch, o.payload, o.traceparent, d.attempts, o.created,
          CASE WHEN d.next_at > 0 AND d.blocked IS NULL THEN 1 ELSE 0 END
        FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position
        WHERE d.receiver = @receiver AND d.state = 0 AND d.next_at <= @now
          AND NOT EXISTS (
            SELECT 1 FROM sync_delivery b
            WHERE b.receiver = d.receiver AND b.blocked = o.entity + NCHAR(10) + o.[key] AND b.position < d.position AND (b.state = 1 OR b.next_at > @now))
        ORDER BY d.position
        """;

    public override string CountSent =>
        """
        SELECT COUNT_BIG(*) FROM (SELECT TOP (@limit) next_at FROM sync_delivery WHERE receiver = @receiver AND state = 0 AND blocked IS NULL ORDER BY position) AS first
        WHERE next_at > @now
        """;

    public override string RemoveDelivered =>
        $"""
        DELETE FROM sync_outbox WHERE position IN ({Positions})
          AND NOT EXISTS (SELECT 1 FROM sync_receiver r JOIN sync_delivery d ON d.receiver = r.receiver AND d.position = sync_outbox.position)
        """;

    public override string CountThrough =>
        "SELECT COUNT_BIG(*), COALESCE(SUM(CAST(state AS bigint)), 0) FROM sync_delivery WHERE receiver = @receiver AND position <= @position";

    public override string ReadBacklog =>
        """
        SELECT (SELECT MIN(position) FROM sync_delivery WHERE receiver = @receiver),
               (SELECT COUNT_BIG(*) FROM sync_delivery WHERE receiver = @receiver),
               (SELECT COUNT_BIG(*) FROM sync_delivery WHERE receiver = @receiver AND blocked IS NOT NULL AND state = 1),
               (SELECT TOP (1) o.created FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position WHERE d.receiver = @receiver ORDER BY d.position)
        """;

    public override string ReadWaitingKeys =>
        $"""
        SELECT DISTINCT o.[key] FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position
        WHERE d.receiver = @receiver AND o.entity = @entity AND o.[key] IN ({Keys})
        """;

    public override string ReadUnwanted =>
        """
        SELECT TOP (@limit) o.position FROM sync_outbox o
        WHERE o.position > @after AND NOT EXISTS (SELECT 1 FROM sync_receiver r JOIN sync_delivery d ON d.receiver = r.receiver AND d.position = o.position)
        ORDER BY o.position
        """;

    public override string ReadDeliveries => "SELECT TOP (@limit) position FROM sync_delivery WHERE receiver = @receiver AND position <= @through ORDER BY position";

    public override string ReadParked =>
        """
        SELECT TOP (@limit) d.position, o.entity, o.[key], o.type, o.epoch, d.attempts, d.error, o.created
        FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position
        WHERE d.receiver = @receiver AND d.blocked IS NOT NULL AND d.state = 1 ORDER BY d.position
        """;

    /// <summary>
    /// Two that apply one key at the same time meet here: the second waits for the first, and is judged by what it left. A row that was not raised is locked all the
    /// same, for an update that finds nothing newer to write keeps no lock; and it is looked at once more, for the first may have made it in between.
    /// </summary>
    public override string RaiseVersion =>
        $"""
        {RaiseRow}
        IF @@ROWCOUNT = 0
        BEGIN
            INSERT INTO sync_version (module, entity, [key], epoch, position, removed) SELECT @module, @entity, @key, @epoch, @position, @removed
            WHERE NOT EXISTS (SELECT 1 FROM sync_version WITH (UPDLOCK, HOLDLOCK) WHERE module = @module AND entity = @entity AND [key] = @key);
            IF @@ROWCOUNT = 0
            BEGIN
                SET NOCOUNT ON;
                UPDATE sync_version SET removed = removed WHERE module = @module AND entity = @entity AND [key] = @key;
                SET NOCOUNT OFF;
                {RaiseRow}
            END
        END
        """;

    public override string ReadVersions => $"SELECT [key], epoch, position FROM sync_version WHERE module = @module AND entity = @entity AND [key] IN ({Keys})";

    public override string ForgetSomeVersions => "DELETE TOP (@limit) FROM sync_version WHERE module = @module";

    public override string RemoveTombstones => "DELETE TOP (@limit) FROM sync_version WHERE removed IS NOT NULL AND removed < @before";

    public override string ReadBackfill =>
        "SELECT state, epoch, entity, after, [rows], total, milliseconds, started, finished, error FROM sync_backfill WHERE module = @module";

    public override string SaveBackfill =>
        """
        UPDATE sync_backfill SET state = @state, epoch = @epoch, entity = @entity, after = @after, [rows] = @rows, total = @total,
          milliseconds = @milliseconds, started = @started, finished = @finished, error = @error
        WHERE module = @module;
        IF @@ROWCOUNT = 0
            INSERT INTO sync_backfill (module, state, epoch, entity, after, [rows], total, milliseconds, started, finished, error)
            VALUES (@module, @state, @epoch, @entity, @after, @rows, @total, @milliseconds, @started, @finished, @error);
        """;

    public override string AddBackfillAgain =>
        """
        INSERT INTO sync_backfill_again (module, entity, [key]) SELECT @module, @entity, @key
        WHERE NOT EXISTS (SELECT 1 FROM sync_backfill_again WITH (UPDLOCK, HOLDLOCK) WHERE module = @module AND entity = @entity AND [key] = @key)
        """;

    public override string ReadBackfillAgain =>
        "SELECT TOP (@limit) [key] FROM sync_backfill_again WHERE module = @module AND entity = @entity AND [key] > @after ORDER BY [key]";

    public override string RemoveBackfillAgain => "DELETE FROM sync_backfill_again WHERE module = @module AND (@entity IS NULL OR entity = @entity)";

    public override string RemoveBackfillAgainKeys => $"DELETE FROM sync_backfill_again WHERE module = @module AND entity = @entity AND [key] IN ({Keys})";

    public override string CountBackfillAgain => "SELECT COUNT_BIG(*) FROM sync_backfill_again WHERE module = @module";

    public override string SaveReconcile =>
        """
        UPDATE sync_reconcile SET state = @state, result = @result WHERE module = @module;
        IF @@ROWCOUNT = 0 INSERT INTO sync_reconcile (module, state, result) VALUES (@module, @state, @result);
        """;

    public override string Save(string savepoint) => $"SAVE TRANSACTION {savepoint}";

    public override string RollbackTo(string savepoint) => $"ROLLBACK TRANSACTION {savepoint}";

    public override string? Release(string savepoint) => null;

    protected override string Key => "[key]";

    protected override string IsListed(string column) => $"{column} IN ({Positions})";
}
