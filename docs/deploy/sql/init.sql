-- Databases, their settings, logins and users. For sqlcmd, as an administrator of the server. May be run again: what is there is
-- kept, passwords are set anew (where the server's policy keeps a history of them, a second run needs new ones). What the users may
-- do is in rights.sql, which comes after this one.
--
-- Variables, taken from the environment: SQL_INSTALLER_PASSWORD, SQL_LEGACY_PASSWORD, SQL_CATALOG_PASSWORD, SQL_PROXY_PASSWORD.
--
-- The databases have the names that `strangler up` gives them:
--   strangler_legacy   the shop's tables, and those of sync beside them
--   strangler_catalog  the Catalog service's tables, and those of sync beside them
--   strangler_proxy    what the proxies know together, in the schema strangler
--   strangler_queues   the queues of NServiceBus, one database for both sides
USE master;
GO
IF DB_ID(N'strangler_legacy') IS NULL CREATE DATABASE strangler_legacy;
IF DB_ID(N'strangler_catalog') IS NULL CREATE DATABASE strangler_catalog;
IF DB_ID(N'strangler_proxy') IS NULL CREATE DATABASE strangler_proxy;
IF DB_ID(N'strangler_queues') IS NULL CREATE DATABASE strangler_queues;
GO
-- Readers and writers do not wait for each other. ROLLBACK IMMEDIATE ends other sessions in the database, so it runs only where the
-- setting is missing.
DECLARE @committed nvarchar(max) = N'';
SELECT @committed += N'ALTER DATABASE ' + QUOTENAME(name) + N' SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE; '
FROM sys.databases
WHERE name IN (N'strangler_legacy', N'strangler_catalog', N'strangler_proxy', N'strangler_queues') AND is_read_committed_snapshot_on = 0;
EXEC (@committed);
GO
-- A backfill and a reconcile read one moment. A side tries to turn this on by itself at its start, where it is off and the login may.
DECLARE @snapshots nvarchar(max) = N'';
SELECT @snapshots += N'ALTER DATABASE ' + QUOTENAME(name) + N' SET ALLOW_SNAPSHOT_ISOLATION ON; '
FROM sys.databases
WHERE name IN (N'strangler_legacy', N'strangler_catalog', N'strangler_proxy', N'strangler_queues') AND snapshot_isolation_state = 0;
EXEC (@snapshots);
GO
-- One login that makes tables and queues, used while a version is installed; and one for each program, which does not.
IF SUSER_ID(N'strangler_installer') IS NULL CREATE LOGIN strangler_installer WITH PASSWORD = N'$(SQL_INSTALLER_PASSWORD)', DEFAULT_DATABASE = master;
ELSE ALTER LOGIN strangler_installer WITH PASSWORD = N'$(SQL_INSTALLER_PASSWORD)';
IF SUSER_ID(N'strangler_legacy') IS NULL CREATE LOGIN strangler_legacy WITH PASSWORD = N'$(SQL_LEGACY_PASSWORD)', DEFAULT_DATABASE = strangler_legacy;
ELSE ALTER LOGIN strangler_legacy WITH PASSWORD = N'$(SQL_LEGACY_PASSWORD)';
IF SUSER_ID(N'strangler_catalog') IS NULL CREATE LOGIN strangler_catalog WITH PASSWORD = N'$(SQL_CATALOG_PASSWORD)', DEFAULT_DATABASE = strangler_catalog;
ELSE ALTER LOGIN strangler_catalog WITH PASSWORD = N'$(SQL_CATALOG_PASSWORD)';
IF SUSER_ID(N'strangler_proxy') IS NULL CREATE LOGIN strangler_proxy WITH PASSWORD = N'$(SQL_PROXY_PASSWORD)', DEFAULT_DATABASE = strangler_proxy;
ELSE ALTER LOGIN strangler_proxy WITH PASSWORD = N'$(SQL_PROXY_PASSWORD)';
GO
-- Users. WITH LOGIN binds a user again whose login was made anew, as after a restore on another server.
USE strangler_legacy;
IF USER_ID(N'strangler_installer') IS NULL CREATE USER strangler_installer FOR LOGIN strangler_installer;
ELSE ALTER USER strangler_installer WITH LOGIN = strangler_installer;
IF USER_ID(N'strangler_legacy') IS NULL CREATE USER strangler_legacy FOR LOGIN strangler_legacy;
ELSE ALTER USER strangler_legacy WITH LOGIN = strangler_legacy;
GO
USE strangler_catalog;
IF USER_ID(N'strangler_installer') IS NULL CREATE USER strangler_installer FOR LOGIN strangler_installer;
ELSE ALTER USER strangler_installer WITH LOGIN = strangler_installer;
IF USER_ID(N'strangler_catalog') IS NULL CREATE USER strangler_catalog FOR LOGIN strangler_catalog;
ELSE ALTER USER strangler_catalog WITH LOGIN = strangler_catalog;
GO
USE strangler_proxy;
IF USER_ID(N'strangler_installer') IS NULL CREATE USER strangler_installer FOR LOGIN strangler_installer;
ELSE ALTER USER strangler_installer WITH LOGIN = strangler_installer;
IF USER_ID(N'strangler_proxy') IS NULL CREATE USER strangler_proxy FOR LOGIN strangler_proxy;
ELSE ALTER USER strangler_proxy WITH LOGIN = strangler_proxy;
GO
USE strangler_queues;
IF USER_ID(N'strangler_installer') IS NULL CREATE USER strangler_installer FOR LOGIN strangler_installer;
ELSE ALTER USER strangler_installer WITH LOGIN = strangler_installer;
IF USER_ID(N'strangler_legacy') IS NULL CREATE USER strangler_legacy FOR LOGIN strangler_legacy;
ELSE ALTER USER strangler_legacy WITH LOGIN = strangler_legacy;
IF USER_ID(N'strangler_catalog') IS NULL CREATE USER strangler_catalog FOR LOGIN strangler_catalog;
ELSE ALTER USER strangler_catalog WITH LOGIN = strangler_catalog;
GO
