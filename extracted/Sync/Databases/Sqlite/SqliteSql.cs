namespace Sync.Databases.Sqlite;

internal sealed class SqliteSql : SyncSql
{
    public override string CreateSchemaTable => "CREATE TABLE IF NOT EXISTS sync_schema (version INTEGER NOT NULL PRIMARY KEY)";

    public override string LastPosition => "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'sync_outbox'), 0)";

    public override string SkipPosition =>
        """
        INSERT INTO sqlite_sequence (name, seq) SELECT 'sync_outbox', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'sync_outbox');
        UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'sync_outbox';
        """;

    public override string TakeLease =>
        """
        UPDATE sync_receiver SET lease_owner = @owner, lease_until = @until
        WHERE receiver = @receiver AND (lease_owner IS NULL OR lease_owner = @owner OR lease_until < @now)
        """;

    // The deliveries' table has no row ids, so that the change's stays the last one.
    public override string InsertOutbox =>
        """
        INSERT INTO sync_outbox (module, entity, key, type, epoch, payload, traceparent, created)
        VALUES (@module, @entity, @key, @type, @epoch, @payload, @traceparent, @created);
        INSERT INTO sync_delivery (receiver, position) SELECT value, last_insert_rowid() FROM json_each(@receivers);
        SELECT last_insert_rowid()
        """;

    public override string ReadPending =>
        """
        SELECT o.position, o.module, o.entity, o.key, o.type, o.epoch, o.payload, o.traceparent, d.attempts, o.created,
          CASE WHEN d.next_at > 0 AND d.blocked IS NULL THEN 1 ELSE 0 END
        FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position
        WHERE d.receiver = @receiver AND d.state = 0 AND d.next_at <= @now
          AND NOT EXISTS (
            SELECT 1 FROM sync_delivery b
            WHERE b.receiver = d.receiver AND b.blocked = o.entity || char(10) || o.key AND b.position < d.position AND (b.state = 1 OR b.next_at > @now))
        ORDER BY d.position LIMIT @limit
        """;

    public override string RemoveDelivered =>
        """
        DELETE FROM sync_outbox WHERE position IN (SELECT value FROM json_each(@positions))
          AND NOT EXISTS (SELECT 1 FROM sync_receiver r CROSS JOIN sync_delivery d WHERE d.receiver = r.receiver AND d.position = sync_outbox.position)
        """;

    public override string CountThrough =>
        "SELECT COUNT(*), COALESCE(SUM(state), 0) FROM sync_delivery WHERE receiver = @receiver AND position <= @position";

    public override string ReadWaitingKeys =>
        """
        SELECT DISTINCT o.key FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position
        WHERE d.receiver = @receiver AND o.entity = @entity AND o.key IN (SELECT value FROM json_each(@keys))
        """;

    public override string ReadUnwanted =>
        """
        SELECT position FROM sync_outbox
        WHERE position > @after AND NOT EXISTS (SELECT 1 FROM sync_receiver r CROSS JOIN sync_delivery d WHERE d.receiver = r.receiver AND d.position = sync_outbox.position)
        ORDER BY position LIMIT @limit
        """;

    public override string RaiseVersion =>
        """
        INSERT INTO sync_version (module, entity, key, epoch, position, removed) VALUES (@module, @entity, @key, @epoch, @position, @removed)
        ON CONFLICT (module, entity, key) DO UPDATE SET epoch = excluded.epoch, position = excluded.position, removed = excluded.removed
        WHERE excluded.epoch > epoch OR (excluded.epoch = epoch AND excluded.position > position)
        """;

    public override string ReadVersions =>
        "SELECT key, epoch, position FROM sync_version WHERE module = @module AND entity = @entity AND key IN (SELECT value FROM json_each(@keys))";

    public override string ForgetSomeVersions =>
        "DELETE FROM sync_version WHERE (module, entity, key) IN (SELECT module, entity, key FROM sync_version WHERE module = @module LIMIT @limit)";

    public override string RemoveTombstones =>
        "DELETE FROM sync_version WHERE (module, entity, key) IN (SELECT module, entity, key FROM sync_version WHERE removed IS NOT NULL AND removed < @before LIMIT @limit)";

    public override string SaveBackfill =>
        """
        INSERT OR REPLACE INTO sync_backfill (module, state, epoch, entity, after, rows, total, milliseconds, started, finished, error)
        VALUES (@module, @state, @epoch, @entity, @after, @rows, @total, @milliseconds, @started, @finished, @error)
        """;

    public override string RemoveBackfillAgain =>
        "DELETE FROM sync_backfill_again WHERE module = @module AND (@entity IS NULL OR entity = @entity)";

    public override string RemoveBackfillAgainKeys =>
        "DELETE FROM sync_backfill_again WHERE module = @module AND entity = @entity AND key IN (SELECT value FROM json_each(@keys))";

    public override string SaveReconcile => "INSERT OR REPLACE INTO sync_reconcile (module, state, result) VALUES (@module, @state, @result)";

    protected override string IsListed(string column) => $"{column} IN (SELECT value FROM json_each(@positions))";
}
