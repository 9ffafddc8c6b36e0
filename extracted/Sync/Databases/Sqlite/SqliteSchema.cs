namespace Sync.Databases.Sqlite;

/// <summary>The numbered scripts. A script that has been released is never changed; a change is a further script.</summary>
internal static class SqliteSchema
{
    public static IReadOnlyList<string> Scripts { get; } =
    [
        """
        CREATE TABLE sync_ownership (
            module TEXT NOT NULL PRIMARY KEY,
            state TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            floor INTEGER NOT NULL,
            capture INTEGER NOT NULL,
            detached INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;

        CREATE TABLE sync_outbox (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            module TEXT NOT NULL,
            entity TEXT NOT NULL,
            key TEXT NOT NULL,
            type TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            payload BLOB NOT NULL,
            traceparent TEXT,
            created INTEGER NOT NULL
        );

        CREATE TABLE sync_receiver (
            receiver TEXT NOT NULL PRIMARY KEY,
            module TEXT NOT NULL,
            lease_owner TEXT,
            lease_until INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;

        CREATE TABLE sync_delivery (
            receiver TEXT NOT NULL,
            position INTEGER NOT NULL,
            state INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            next_at INTEGER NOT NULL DEFAULT 0,
            blocked TEXT,
            error TEXT,
            PRIMARY KEY (receiver, position)
        ) WITHOUT ROWID;

        CREATE INDEX sync_delivery_blocked ON sync_delivery (receiver, blocked, position) WHERE blocked IS NOT NULL;

        CREATE TABLE sync_version (
            module TEXT NOT NULL,
            entity TEXT NOT NULL,
            key TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            position INTEGER NOT NULL,
            removed INTEGER,
            PRIMARY KEY (module, entity, key)
        ) WITHOUT ROWID;

        CREATE INDEX sync_version_removed ON sync_version (removed) WHERE removed IS NOT NULL;

        CREATE TABLE sync_backfill (
            module TEXT NOT NULL PRIMARY KEY,
            state TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            entity TEXT,
            after TEXT,
            rows INTEGER NOT NULL,
            total INTEGER NOT NULL,
            milliseconds INTEGER NOT NULL,
            started INTEGER NOT NULL,
            finished INTEGER,
            error TEXT
        ) WITHOUT ROWID;

        CREATE TABLE sync_backfill_again (
            module TEXT NOT NULL,
            entity TEXT NOT NULL,
            key TEXT NOT NULL,
            PRIMARY KEY (module, entity, key)
        ) WITHOUT ROWID;

        CREATE TABLE sync_reconcile (
            module TEXT NOT NULL PRIMARY KEY,
            state TEXT NOT NULL,
            result TEXT NOT NULL
        ) WITHOUT ROWID;
        """,
    ];
}
