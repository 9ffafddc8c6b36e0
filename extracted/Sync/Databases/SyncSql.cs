namespace Sync.Databases;

/// <summary>
/// The statements on the sync tables: here those that every database, or every one that knows ON CONFLICT and LIMIT, takes as they are; beside each database
/// those that differ. Lists travel as one JSON array, so that a statement has one form for any number.
/// </summary>
internal abstract class SyncSql
{
    public abstract string CreateSchemaTable { get; }

    public string ReadSchemaVersion { get; } = "SELECT COALESCE(MAX(version), 0) FROM sync_schema";

    public string SetSchemaVersion { get; } = "INSERT INTO sync_schema (version) VALUES (@version)";

    /// <summary>@module -> state, epoch, floor, capture, detached. It takes no lock: writers use <see cref="IDialect.EnterModule"/>.</summary>
    public string ReadOwnership { get; } = "SELECT state, epoch, floor, capture, detached FROM sync_ownership WHERE module = @module";

    public virtual string InsertOwnership =>
        "INSERT INTO sync_ownership (module, state, epoch, floor, capture) VALUES (@module, @state, @epoch, @floor, @capture) ON CONFLICT DO NOTHING";

    public string UpdateOwnership { get; } =
        "UPDATE sync_ownership SET state = @state, epoch = @epoch, floor = @floor, capture = @capture, detached = @detached WHERE module = @module";

    /// <summary>@module, @epoch: makes the side a follower at a higher epoch, never at a lower one, whoever else learns of one at the same time.</summary>
    public string LearnEpoch { get; } = "UPDATE sync_ownership SET state = 'follower', epoch = @epoch, capture = 0 WHERE module = @module AND epoch < @epoch";

    /// <summary>@receivers (a JSON array of names): the change, and a delivery for each receiver -> the change's position.</summary>
    public abstract string InsertOutbox { get; }

    /// <summary>-> the highest position ever issued.</summary>
    public abstract string LastPosition { get; }

    /// <summary>Skips a position.</summary>
    public abstract string SkipPosition { get; }

    public virtual string InsertReceiver => "INSERT INTO sync_receiver (receiver, module) VALUES (@receiver, @module) ON CONFLICT DO NOTHING";

    /// <summary>Takes or renews the lease: 1 row when it is held.</summary>
    public abstract string TakeLease { get; }

    /// <summary>Gives the lease back.</summary>
    public string ReleaseLease { get; } = "UPDATE sync_receiver SET lease_owner = NULL, lease_until = 0 WHERE receiver = @receiver AND lease_owner = @owner";

    /// <summary>
    /// @receiver, @now, @limit -> rows to send, in the order of their positions, none behind a waiting or parked change of its own key; the last column is 1 where it was sent
    /// before and never answered. They are the last result.
    /// </summary>
    public abstract string ReadPending { get; }

    /// <summary>@receiver, @now, @limit -> how many of its first deliveries are on their way, to be acknowledged later.</summary>
    public virtual string CountSent =>
        """
        SELECT COUNT(*) FROM (SELECT next_at FROM sync_delivery WHERE receiver = @receiver AND state = 0 AND blocked IS NULL ORDER BY position LIMIT @limit) AS first
        WHERE next_at > @now
        """;

    /// <summary>@receiver, @positions, @next: they are on their way, and not sent again before. Those that were refused for good meanwhile stay as they are.</summary>
    public string MarkSent => field ??= $"UPDATE sync_delivery SET next_at = @next, blocked = NULL WHERE receiver = @receiver AND state = 0 AND {IsListed("position")}";

    /// <summary>@receiver, @positions: those that are on their way may be sent again now.</summary>
    public string SendAgain => field ??= $"UPDATE sync_delivery SET next_at = 0 WHERE receiver = @receiver AND state = 0 AND blocked IS NULL AND {IsListed("position")}";

    /// <summary>@receiver: whatever an earlier holder of the lease had sent may be sent now.</summary>
    public string ForgetSent { get; } = "UPDATE sync_delivery SET next_at = 0 WHERE receiver = @receiver AND state = 0 AND blocked IS NULL AND next_at > 0";

    /// <summary>@receiver, @positions -> position, attempts, module, entity, key, type, created, and 1 where an answer is awaited, 0 where an earlier one was a refusal.</summary>
    public string ReadSent => field ??=
        $"""
        SELECT d.position, d.attempts, o.module, o.entity, o.{Key}, o.type, o.created, CASE WHEN d.state = 0 AND d.blocked IS NULL THEN 1 ELSE 0 END
        FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position
        WHERE d.receiver = @receiver AND {IsListed("d.position")}
        """;

    public string ReadNextAttempt { get; } = "SELECT MIN(next_at) FROM sync_delivery WHERE receiver = @receiver AND blocked IS NOT NULL AND state = 0";

    /// <summary>@receiver, @positions: removes the deliveries.</summary>
    public string Acknowledge => field ??= $"DELETE FROM sync_delivery WHERE receiver = @receiver AND {IsListed("position")}";

    /// <summary>@positions: removes the outbox rows that no receiver waits for.</summary>
    public abstract string RemoveDelivered { get; }

    public string Refuse { get; } =
        """
        UPDATE sync_delivery SET attempts = attempts + 1, state = CASE WHEN attempts + 1 >= @maximum THEN 1 ELSE 0 END,
          next_at = @next, blocked = @blocked, error = @error
        WHERE receiver = @receiver AND position = @position
        """;

    /// <summary>@receiver, @position -> how many deliveries at or below it wait, and how many of these are parked.</summary>
    public abstract string CountThrough { get; }

    /// <summary>@receiver -> lowest waiting position, waiting, parked, creation time of the oldest.</summary>
    public virtual string ReadBacklog =>
        """
        SELECT (SELECT MIN(position) FROM sync_delivery WHERE receiver = @receiver),
               (SELECT COUNT(*) FROM sync_delivery WHERE receiver = @receiver),
               (SELECT COUNT(*) FROM sync_delivery WHERE receiver = @receiver AND blocked IS NOT NULL AND state = 1),
               (SELECT created FROM sync_outbox WHERE position = (SELECT MIN(position) FROM sync_delivery WHERE receiver = @receiver))
        """;

    /// <summary>@receiver, @entity, @keys -> those keys that have a waiting change.</summary>
    public abstract string ReadWaitingKeys { get; }

    /// <summary>@after, @limit -> the next positions in the outbox that no receiver waits for.</summary>
    public abstract string ReadUnwanted { get; }

    /// <summary>@receiver, @through, @limit -> the first positions that it waits for, up to the one given.</summary>
    public virtual string ReadDeliveries => "SELECT position FROM sync_delivery WHERE receiver = @receiver AND position <= @through ORDER BY position LIMIT @limit";

    /// <summary>@receiver, @limit -> parked rows.</summary>
    public virtual string ReadParked =>
        """
        SELECT d.position, o.entity, o.key, o.type, o.epoch, d.attempts, d.error, o.created
        FROM sync_delivery d JOIN sync_outbox o ON o.position = d.position
        WHERE d.receiver = @receiver AND d.blocked IS NOT NULL AND d.state = 1 ORDER BY d.position LIMIT @limit
        """;

    public string RetryParked => field ??=
        $"""
        UPDATE sync_delivery SET state = 0, attempts = 0, next_at = 0, blocked = NULL
        WHERE receiver = @receiver AND state = 1 AND {IsListed("position")}
        """;

    public string DiscardParked => field ??= $"DELETE FROM sync_delivery WHERE receiver = @receiver AND state = 1 AND {IsListed("position")}";

    /// <summary>Records a version when it is higher than the known one: 1 row when it was.</summary>
    public abstract string RaiseVersion { get; }

    /// <summary>@module, @entity, @keys -> key, epoch, position.</summary>
    public abstract string ReadVersions { get; }

    public string ForgetVersions { get; } = "DELETE FROM sync_version WHERE module = @module";

    /// <summary>@module, @limit: as <see cref="ForgetVersions"/>, some at a time.</summary>
    public abstract string ForgetSomeVersions { get; }

    public abstract string RemoveTombstones { get; }

    public virtual string ReadBackfill =>
        "SELECT state, epoch, entity, after, rows, total, milliseconds, started, finished, error FROM sync_backfill WHERE module = @module";

    public abstract string SaveBackfill { get; }

    public virtual string AddBackfillAgain => "INSERT INTO sync_backfill_again (module, entity, key) VALUES (@module, @entity, @key) ON CONFLICT DO NOTHING";

    public virtual string ReadBackfillAgain => "SELECT key FROM sync_backfill_again WHERE module = @module AND entity = @entity AND key > @after ORDER BY key LIMIT @limit";

    public abstract string RemoveBackfillAgain { get; }

    /// <summary>@module, @entity, @keys: removes those keys.</summary>
    public abstract string RemoveBackfillAgainKeys { get; }

    /// <summary>@module -> how many keys are left.</summary>
    public virtual string CountBackfillAgain => "SELECT COUNT(*) FROM sync_backfill_again WHERE module = @module";

    public string ReadReconcile { get; } = "SELECT state, result FROM sync_reconcile WHERE module = @module";

    public abstract string SaveReconcile { get; }

    public virtual string Save(string savepoint) => $"SAVEPOINT {savepoint}";

    public virtual string RollbackTo(string savepoint) => $"ROLLBACK TO SAVEPOINT {savepoint}";

    /// <summary>Null where savepoints are not released.</summary>
    public virtual string? Release(string savepoint) => $"RELEASE SAVEPOINT {savepoint}";

    /// <summary>The column of that name, as statements need it.</summary>
    protected virtual string Key => "key";

    /// <summary>The condition that the column is one of @positions, a JSON array of numbers.</summary>
    protected abstract string IsListed(string column);
}
