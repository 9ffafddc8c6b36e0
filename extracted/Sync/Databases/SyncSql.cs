namespace Sync.Databases;

/// <summary>The statements on the sync tables. The text lies beside each database; lists travel as one JSON array, so that a statement has one form for any number.</summary>
internal abstract class SyncSql
{
    public abstract string CreateSchemaTable { get; }

    public abstract string ReadSchemaVersion { get; }

    public abstract string SetSchemaVersion { get; }

    /// <summary>@module -> state, epoch, floor, capture, detached. It takes no lock: writers use <see cref="IDialect.EnterModule"/>.</summary>
    public abstract string ReadOwnership { get; }

    public abstract string InsertOwnership { get; }

    public abstract string UpdateOwnership { get; }

    /// <summary>@module, @epoch: makes the side a follower at a higher epoch, never at a lower one, whoever else learns of one at the same time.</summary>
    public abstract string LearnEpoch { get; }

    /// <summary>-> the new row's position.</summary>
    public abstract string InsertOutbox { get; }

    public abstract string InsertDelivery { get; }

    /// <summary>-> the highest position ever issued.</summary>
    public abstract string LastPosition { get; }

    /// <summary>Skips a position.</summary>
    public abstract string SkipPosition { get; }

    public abstract string InsertReceiver { get; }

    /// <summary>Takes or renews the lease: 1 row when it is held.</summary>
    public abstract string TakeLease { get; }

    /// <summary>Gives the lease back.</summary>
    public abstract string ReleaseLease { get; }

    /// <summary>@receiver, @now, @limit -> rows to send, in the order of their positions, none behind a waiting or parked change of its own key.</summary>
    public abstract string ReadPending { get; }

    public abstract string ReadNextAttempt { get; }

    /// <summary>@receiver, @positions: removes the deliveries.</summary>
    public abstract string Acknowledge { get; }

    /// <summary>@positions: removes the outbox rows that no receiver waits for.</summary>
    public abstract string RemoveDelivered { get; }

    public abstract string Refuse { get; }

    /// <summary>@receiver, @position -> how many deliveries at or below it wait, and how many of these are parked.</summary>
    public abstract string CountThrough { get; }

    /// <summary>@receiver -> lowest waiting position, waiting, parked, creation time of the oldest.</summary>
    public abstract string ReadBacklog { get; }

    /// <summary>@receiver, @entity, @keys -> those keys that have a waiting change.</summary>
    public abstract string ReadWaitingKeys { get; }

    /// <summary>@after, @limit -> the next positions in the outbox that no receiver waits for.</summary>
    public abstract string ReadUnwanted { get; }

    /// <summary>@receiver, @limit: the positions to discard next.</summary>
    public abstract string ReadDeliveries { get; }

    /// <summary>@receiver, @limit -> parked rows.</summary>
    public abstract string ReadParked { get; }

    public abstract string RetryParked { get; }

    public abstract string DiscardParked { get; }

    /// <summary>Records a version when it is higher than the known one: 1 row when it was.</summary>
    public abstract string RaiseVersion { get; }

    public abstract string ReadVersion { get; }

    public abstract string ForgetVersions { get; }

    /// <summary>@module, @limit: as <see cref="ForgetVersions"/>, some at a time.</summary>
    public abstract string ForgetSomeVersions { get; }

    public abstract string RemoveTombstones { get; }

    public abstract string ReadBackfill { get; }

    public abstract string SaveBackfill { get; }

    public abstract string AddBackfillAgain { get; }

    public abstract string ReadBackfillAgain { get; }

    public abstract string RemoveBackfillAgain { get; }

    /// <summary>@module, @entity, @keys: removes those keys.</summary>
    public abstract string RemoveBackfillAgainKeys { get; }

    /// <summary>@module -> how many keys are left.</summary>
    public abstract string CountBackfillAgain { get; }

    public abstract string ReadReconcile { get; }

    public abstract string SaveReconcile { get; }

    public virtual string Save(string savepoint) => $"SAVEPOINT {savepoint}";

    public virtual string RollbackTo(string savepoint) => $"ROLLBACK TO SAVEPOINT {savepoint}";

    /// <summary>Null where savepoints are not released.</summary>
    public virtual string? Release(string savepoint) => $"RELEASE SAVEPOINT {savepoint}";
}
