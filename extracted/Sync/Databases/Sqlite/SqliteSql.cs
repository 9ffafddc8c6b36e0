namespace Sync.Databases.Sqlite;

internal sealed class SqliteSql : SyncSql
{
    public override string CreateSchemaTable => "CREATE TABLE IF NOT EXISTS sync_schema (version INTEGER NOT NULL PRIMARY KEY)";

    public override string ReadSchemaVersion => "SELECT COALESCE(MAX(version), 0) FROM sync_schema";

    public override string SetSchemaVersion => "INSERT INTO sync_schema (version) VALUES (@version)";

    public override string ReadOwnership => "SELECT state, epoch, floor, capture, detached FROM sync_ownership WHERE module = @module";

    public override string InsertOwnership =>
        "INSERT INTO sync_ownership (module, state, epoch, floor, capture) VALUES (@module, @state, @epoch, @floor, @capture) ON CONFLICT DO NOTHING";

    public override string UpdateOwnership =>
        "UPDATE sync_ownership SET state = @state, epoch = @epoch, floor = @floor, capture = @capture, detached = @detached WHERE module = @module";

    public override string LearnEpoch => "UPDATE sync_ownership SET state = 'follower', epoch = @epoch, capture = 0 WHERE module = @module AND epoch < @epoch";

    public override string InsertOutbox =>
        """
        INSERT INTO sync_outbox (module, entity, key, type, epoch, payload, traceparent, created)
        VALUES (@module, @entity, @key, @type, @epoch, @payload, @traceparent, @created) RETURNING position
        """;

    public override string InsertDelivery => "INSERT INTO sync_delivery (receiver, position) VALUES (@receiver, @position)";

    public override string LastPosition => "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'sync_outbox'), 0)";

    public override string SkipPosition =>
        """
        INSERT INTO sqlite_sequence (name, seq) SELECT 'sync_outbox', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'sync_outbox');
        UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'sync_outbox';
        """;

    public override string InsertReceiver => "INSERT INTO sync_receiver (receiver, module) VALUES (@receiver, @module) ON CONFLICT DO NOTHING";

    public override string TakeLease =>
        """
        UPDATE sync_receiver SET lease_owner = @owner, lease_until = @until
        WHERE receiver = @receiver AND (lease_owner IS NULL OR lease_owner = @owner OR lease_until < @now)
        """;

    public override string ReleaseLease => "UPDATE sync_receiver SET lease_owner = NULL, lease_until = 0 WHERE receiver = @receiver AND lease_owner = @owner";

    public override string ReadPending =>
        """
        SELECT o.position, o.module, o.entity, o.key, o.type, o.epoch, o.payload, o.traceparent, d.attempts, o.created
        FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position
        WHERE d.receiver = @receiver AND d.state = 0 AND d.next_at <= @now
          AND NOT EXISTS (
            SELECT 1 FROM sync_delivery b
            WHERE b.receiver = d.receiver AND b.blocked = o.entity || char(10) || o.key AND b.position < d.position AND (b.state = 1 OR b.next_at > @now))
        ORDER BY d.position LIMIT @limit
        """;

    public override string ReadNextAttempt => "SELECT MIN(next_at) FROM sync_delivery WHERE receiver = @receiver AND blocked IS NOT NULL AND state = 0";

    public override string Acknowledge => "DELETE FROM sync_delivery WHERE receiver = @receiver AND position IN (SELECT value FROM json_each(@positions))";

    public override string RemoveDelivered =>
        """
        DELETE FROM sync_outbox WHERE position IN (SELECT value FROM json_each(@positions))
          AND NOT EXISTS (SELECT 1 FROM sync_receiver r CROSS JOIN sync_delivery d WHERE d.receiver = r.receiver AND d.position = sync_outbox.position)
        """;

    public override string Refuse =>
        """
        UPDATE sync_delivery SET attempts = attempts + 1, state = CASE WHEN attempts + 1 >= @maximum THEN 1 ELSE 0 END,
          next_at = @next, blocked = @blocked, error = @error
        WHERE receiver = @receiver AND position = @position
        """;

    public override string CountThrough =>
        "SELECT COUNT(*), COALESCE(SUM(state), 0) FROM sync_delivery WHERE receiver = @receiver AND position <= @position";

    public override string ReadBacklog =>
        """
        SELECT (SELECT MIN(position) FROM sync_delivery WHERE receiver = @receiver),
               (SELECT COUNT(*) FROM sync_delivery WHERE receiver = @receiver),
               (SELECT COUNT(*) FROM sync_delivery WHERE receiver = @receiver AND blocked IS NOT NULL AND state = 1),
               (SELECT o.created FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position WHERE d.receiver = @receiver ORDER BY d.position LIMIT 1)
        """;

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

    public override string ReadDeliveries => "SELECT position FROM sync_delivery WHERE receiver = @receiver ORDER BY position LIMIT @limit";

    public override string ReadParked =>
        """
        SELECT d.position, o.entity, o.key, o.type, o.epoch, d.attempts, d.error, o.created
        FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position
        WHERE d.receiver = @receiver AND d.blocked IS NOT NULL AND d.state = 1 ORDER BY d.position LIMIT @limit
        """;

    public override string RetryParked =>
        """
        UPDATE sync_delivery SET state = 0, attempts = 0, next_at = 0, blocked = NULL
        WHERE receiver = @receiver AND state = 1 AND position IN (SELECT value FROM json_each(@positions))
        """;

    public override string DiscardParked =>
        "DELETE FROM sync_delivery WHERE receiver = @receiver AND state = 1 AND position IN (SELECT value FROM json_each(@positions))";

    public override string RaiseVersion =>
        """
        INSERT INTO sync_version (module, entity, key, epoch, position, removed) VALUES (@module, @entity, @key, @epoch, @position, @removed)
        ON CONFLICT (module, entity, key) DO UPDATE SET epoch = excluded.epoch, position = excluded.position, removed = excluded.removed
        WHERE excluded.epoch > epoch OR (excluded.epoch = epoch AND excluded.position > position)
        """;

    public override string ReadVersion => "SELECT epoch, position FROM sync_version WHERE module = @module AND entity = @entity AND key = @key";

    public override string ForgetVersions => "DELETE FROM sync_version WHERE module = @module";

    public override string ForgetSomeVersions =>
        "DELETE FROM sync_version WHERE (module, entity, key) IN (SELECT module, entity, key FROM sync_version WHERE module = @module LIMIT @limit)";

    public override string RemoveTombstones =>
        "DELETE FROM sync_version WHERE (module, entity, key) IN (SELECT module, entity, key FROM sync_version WHERE removed IS NOT NULL AND removed < @before LIMIT @limit)";

    public override string ReadBackfill =>
        "SELECT state, epoch, entity, after, rows, total, milliseconds, started, finished, error FROM sync_backfill WHERE module = @module";

    public override string SaveBackfill =>
        """
        INSERT OR REPLACE INTO sync_backfill (module, state, epoch, entity, after, rows, total, milliseconds, started, finished, error)
        VALUES (@module, @state, @epoch, @entity, @after, @rows, @total, @milliseconds, @started, @finished, @error)
        """;

    public override string AddBackfillAgain => "INSERT INTO sync_backfill_again (module, entity, key) VALUES (@module, @entity, @key) ON CONFLICT DO NOTHING";

    public override string ReadBackfillAgain => "SELECT key FROM sync_backfill_again WHERE module = @module AND entity = @entity AND key > @after ORDER BY key LIMIT @limit";

    public override string RemoveBackfillAgain =>
        "DELETE FROM sync_backfill_again WHERE module = @module AND (@entity IS NULL OR entity = @entity)";

    public override string RemoveBackfillAgainKeys =>
        "DELETE FROM sync_backfill_again WHERE module = @module AND entity = @entity AND key IN (SELECT value FROM json_each(@keys))";

    public override string CountBackfillAgain => "SELECT COUNT(*) FROM sync_backfill_again WHERE module = @module";

    public override string ReadReconcile => "SELECT state, result FROM sync_reconcile WHERE module = @module";

    public override string SaveReconcile => "INSERT OR REPLACE INTO sync_reconcile (module, state, result) VALUES (@module, @state, @result)";
}
