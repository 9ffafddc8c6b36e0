namespace Sync.Databases.PostgreSql;

internal sealed class PostgreSqlSql : SyncSql
{
    /// <summary>
    /// The sync tables fill and empty within the minute after which the server looks at them again, and what it does not know of their contents it takes for little: it then
    /// reads all of a backlog for each batch of it, or for each change. An array leads it to the keys one by one, whatever it believes; so do the other turns of this kind here.
    /// </summary>
    private const string Positions = "ARRAY(SELECT value::bigint FROM jsonb_array_elements_text(@positions::jsonb))";

    private const string Keys = "ARRAY(SELECT value FROM jsonb_array_elements_text(@keys::jsonb))";

    /// <summary>Not to be merged with the query around it, for it would be turned into a search for the position alone, which no index serves.</summary>
    private const string WaitedFor =
        "EXISTS (SELECT 1 FROM sync_receiver r CROSS JOIN LATERAL (SELECT 1 FROM sync_delivery d WHERE d.receiver = r.receiver AND d.position = o.position OFFSET 0) AS waiting)";

    public const string LockExclusive = "SELECT pg_advisory_xact_lock(@lock)";

    /// <summary>For this transaction only.</summary>
    public const string LimitLocks = "SELECT set_config('lock_timeout', @limit, true)";

    /// <summary>
    /// A writer takes its transaction's number before any position, so that whoever waits for all lower numbers waits for it, too. What follows is a statement of its own,
    /// which sees what was committed while this one waited.
    /// </summary>
    public const string LockShared = "SELECT pg_advisory_xact_lock_shared(@lock), pg_current_xact_id()::text; ";

    /// <summary>Is the lock free at this moment; the last position; is this side the owner, and the lowest transaction number under way. In this order.</summary>
    public const string ReadPosition =
        """
        SELECT pg_try_advisory_xact_lock(@lock);
        SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM sync_outbox_position_seq;
        SELECT EXISTS (SELECT 1 FROM sync_ownership WHERE module = @module AND state = 'owner'), pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        """;

    public const string TakeTransactionNumber = "SELECT pg_current_xact_id()::text::bigint";

    /// <summary>The sequence of a serial or identity column, or null.</summary>
    public const string FindSequence = "SELECT pg_get_serial_sequence(@table, @column)";

    public const string SetSequence = "SELECT setval(@sequence::regclass, @last)";

    public const string AlignSequence = "SELECT setval(@sequence::regclass, @last, @used)";

    /// <summary>The server names sequences quoted as needed.</summary>
    public static string LastOf(string sequence) => $"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}";

    public override string CreateSchemaTable => "CREATE TABLE IF NOT EXISTS sync_schema (version integer NOT NULL PRIMARY KEY)";

    public override string LastPosition => "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM sync_outbox_position_seq";

    public override string SkipPosition => "SELECT nextval('sync_outbox_position_seq')";

    /// <summary>By the server's clock, which all instances share, and past a row that another instance is just taking.</summary>
    public override string TakeLease =>
        """
        UPDATE sync_receiver SET lease_owner = @owner, lease_until = (extract(epoch from clock_timestamp()) * 1000)::bigint + (@until::bigint - @now::bigint)
        WHERE receiver = (
            SELECT receiver FROM sync_receiver
            WHERE receiver = @receiver AND (lease_owner IS NULL OR lease_owner = @owner OR lease_until < (extract(epoch from clock_timestamp()) * 1000)::bigint)
            FOR UPDATE SKIP LOCKED)
        """;

    public override string InsertOutbox =>
        """
        WITH change AS (
            INSERT INTO sync_outbox (module, entity, key, type, epoch, payload, traceparent, created)
            VALUES (@module, @entity, @key, @type, @epoch, @payload, @traceparent, @created) RETURNING position),
        deliveries AS (
            INSERT INTO sync_delivery (receiver, position) SELECT r.value, change.position FROM change, json_array_elements_text(@receivers::json) AS r(value))
        SELECT position FROM change
        """;

    /// <summary>For this statement only, the order is that of the index: to sort is to read all that waits, for the sake of the first few.</summary>
    public override string ReadPending =>
        """
        SELECT set_config('enable_sort', 'off', true);
        SELECT o.position, o.module, o.entity, o.key, o.type, o.epoch, o.payload, o.traceparent, d.attempts, o.created,
          CASE WHEN d.next_at > 0 AND d.blocked IS NULL THEN 1 ELSE 0 END
        FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position
        WHERE d.receiver = @receiver AND d.state = 0 AND d.next_at <= @now
          AND NOT EXISTS (
            SELECT 1 FROM sync_delivery b
            WHERE b.receiver = d.receiver AND b.blocked = o.entity || chr(10) || o.key AND b.position < d.position AND (b.state = 1 OR b.next_at > @now))
        ORDER BY d.position LIMIT @limit
        """;

    public override string RemoveDelivered =>
        $"""
        DELETE FROM sync_outbox o WHERE o.position = ANY ({Positions})
          AND NOT {WaitedFor}
        """;

    public override string CountThrough =>
        "SELECT COUNT(*), COALESCE(SUM(state), 0)::bigint FROM sync_delivery WHERE receiver = @receiver AND position <= @position";

    public override string ReadWaitingKeys =>
        $"""
        SELECT DISTINCT o.key FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position
        WHERE d.receiver = @receiver AND o.entity = @entity AND o.key = ANY ({Keys})
        """;

    public override string ReadUnwanted =>
        $"""
        SELECT o.position FROM sync_outbox o
        WHERE o.position > @after AND NOT {WaitedFor}
        ORDER BY o.position LIMIT @limit
        """;

    /// <summary>Two that apply one key at the same time meet here: the second waits for the first, and is judged by what it left.</summary>
    public override string RaiseVersion =>
        """
        INSERT INTO sync_version AS v (module, entity, key, epoch, position, removed) VALUES (@module, @entity, @key, @epoch, @position, @removed)
        ON CONFLICT (module, entity, key) DO UPDATE SET epoch = excluded.epoch, position = excluded.position, removed = excluded.removed
        WHERE excluded.epoch > v.epoch OR (excluded.epoch = v.epoch AND excluded.position > v.position)
        """;

    public override string ReadVersions => $"SELECT key, epoch, position FROM sync_version WHERE module = @module AND entity = @entity AND key = ANY ({Keys})";

    public override string ForgetSomeVersions =>
        "DELETE FROM sync_version WHERE (module, entity, key) IN (SELECT module, entity, key FROM sync_version WHERE module = @module LIMIT @limit FOR UPDATE SKIP LOCKED)";

    public override string RemoveTombstones =>
        "DELETE FROM sync_version WHERE (module, entity, key) IN (SELECT module, entity, key FROM sync_version WHERE removed IS NOT NULL AND removed < @before LIMIT @limit FOR UPDATE SKIP LOCKED)";

    public override string SaveBackfill =>
        """
        INSERT INTO sync_backfill (module, state, epoch, entity, after, rows, total, milliseconds, started, finished, error)
        VALUES (@module, @state, @epoch, @entity, @after, @rows, @total, @milliseconds, @started, @finished, @error)
        ON CONFLICT (module) DO UPDATE SET state = excluded.state, epoch = excluded.epoch, entity = excluded.entity, after = excluded.after, rows = excluded.rows,
          total = excluded.total, milliseconds = excluded.milliseconds, started = excluded.started, finished = excluded.finished, error = excluded.error
        """;

    public override string RemoveBackfillAgain => "DELETE FROM sync_backfill_again WHERE module = @module AND (@entity::text IS NULL OR entity = @entity::text)";

    public override string RemoveBackfillAgainKeys => $"DELETE FROM sync_backfill_again WHERE module = @module AND entity = @entity AND key = ANY ({Keys})";

    public override string SaveReconcile =>
        """
        INSERT INTO sync_reconcile (module, state, result) VALUES (@module, @state, @result)
        ON CONFLICT (module) DO UPDATE SET state = excluded.state, result = excluded.result
        """;

    protected override string IsListed(string column) => $"{column} = ANY ({Positions})";
}
