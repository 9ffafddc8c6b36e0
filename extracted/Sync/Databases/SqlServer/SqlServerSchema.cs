namespace Sync.Databases.SqlServer;

/// <summary>
/// The numbered scripts. A script that has been released is never changed; a change is a further script. All text is compared byte by byte, whatever the database's
/// collation; the lengths keep the keys within the 900 bytes that a clustered index takes.
/// </summary>
internal static class SqlServerSchema
{
    public static IReadOnlyList<string> Scripts { get; } =
    [
        """
        CREATE TABLE sync_ownership (
            module nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
            state nvarchar(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
            epoch bigint NOT NULL,
            floor bigint NOT NULL,
            capture bigint NOT NULL,
            detached bigint NOT NULL DEFAULT 0
        );

        CREATE TABLE sync_outbox (
            position bigint IDENTITY(1,1) NOT NULL PRIMARY KEY,
            module nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
            entity nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
            [key] nvarchar(320) COLLATE Latin1_General_100_BIN2 NOT NULL,
            type nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
            epoch bigint NOT NULL,
            payload varbinary(max) NOT NULL,
            traceparent nvarchar(1024) COLLATE Latin1_General_100_BIN2 NULL,
            created bigint NOT NULL
        );

        CREATE TABLE sync_receiver (
            receiver nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
            module nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
            lease_owner nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL,
            lease_until bigint NOT NULL DEFAULT 0
        );

        CREATE TABLE sync_delivery (
            receiver nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
            position bigint NOT NULL,
            state int NOT NULL DEFAULT 0,
            attempts int NOT NULL DEFAULT 0,
            next_at bigint NOT NULL DEFAULT 0,
            blocked nvarchar(400) COLLATE Latin1_General_100_BIN2 NULL,
            error nvarchar(max) NULL,
            PRIMARY KEY (receiver, position)
        );

        CREATE INDEX sync_delivery_blocked ON sync_delivery (receiver, blocked, position) WHERE blocked IS NOT NULL;

        CREATE TABLE sync_version (
            module nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
            entity nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
            [key] nvarchar(320) COLLATE Latin1_General_100_BIN2 NOT NULL,
            epoch bigint NOT NULL,
            position bigint NOT NULL,
            removed bigint NULL,
            PRIMARY KEY (module, entity, [key])
        );

        CREATE INDEX sync_version_removed ON sync_version (removed) WHERE removed IS NOT NULL;

        CREATE TABLE sync_backfill (
            module nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
            state nvarchar(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
            epoch bigint NOT NULL,
            entity nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL,
            after nvarchar(320) COLLATE Latin1_General_100_BIN2 NULL,
            [rows] bigint NOT NULL,
            total bigint NOT NULL,
            milliseconds bigint NOT NULL,
            started bigint NOT NULL,
            finished bigint NULL,
            error nvarchar(max) NULL
        );

        CREATE TABLE sync_backfill_again (
            module nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
            entity nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
            [key] nvarchar(320) COLLATE Latin1_General_100_BIN2 NOT NULL,
            PRIMARY KEY (module, entity, [key])
        );

        CREATE TABLE sync_reconcile (
            module nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
            state nvarchar(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
            result nvarchar(max) NOT NULL
        );

        -- IDENT_CURRENT says 1 both before the first row and after it: from here on the first position is spent, and it says what was issued last.
        INSERT INTO sync_outbox (module, entity, [key], type, epoch, payload, created) VALUES (N'', N'', N'', N'', 0, 0x, 0);
        DELETE FROM sync_outbox;
        """,
    ];
}
