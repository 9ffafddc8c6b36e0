-- Two roles in each database: strangler_install makes tables and queues, strangler_run works with them. Comes after init.sql, as an
-- administrator of the server or as db_owner of the databases. May be run again. It needs no table to be there.
--
-- What the programs do at a start, where it is missing:
--   both sides   lock (sp_getapplock, for everybody), the version table, the module tables, the tables of sync; the shop also its
--                sample rows by bulk copy; ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION, whose refusal they pass over
--   both sides   with Sync:NServiceBus:CreateQueues=true: the queue, the queue of delayed messages, the error queue, the table of
--                subscriptions
--   a proxy      the schema strangler, its tables, a trigger
-- What is there they only read: OBJECT_ID and the like answer whoever has some right on the table.

-- ---------------------------------------------------------------- the two sides
USE strangler_legacy;
GO
IF DATABASE_PRINCIPAL_ID(N'strangler_install') IS NULL CREATE ROLE strangler_install;
IF DATABASE_PRINCIPAL_ID(N'strangler_run') IS NULL CREATE ROLE strangler_run;
GO
-- Makes and fills tables. No db_owner: databases and their settings are init.sql's.
ALTER ROLE db_ddladmin ADD MEMBER strangler_install;
ALTER ROLE db_datareader ADD MEMBER strangler_install;
ALTER ROLE db_datawriter ADD MEMBER strangler_install;
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo TO strangler_run;
-- Rows come with their keys (SET IDENTITY_INSERT: ALTER on the table), and a new owner's keys start above the old one's
-- (DBCC CHECKIDENT ... RESEED: owner of the schema, db_ddladmin or db_owner, says SQL Server's documentation). Both belong to
-- daily work, so that this role is needed at run time, too.
ALTER ROLE db_ddladmin ADD MEMBER strangler_run;
-- Of what db_ddladmin brings besides, nothing new is made at run time. A program that is started before the installation, or is
-- newer than it, ends with this refusal instead of installing itself half.
DENY CREATE TABLE, CREATE VIEW, CREATE PROCEDURE, CREATE FUNCTION, CREATE TYPE, CREATE SYNONYM TO strangler_run;
ALTER ROLE strangler_install ADD MEMBER strangler_installer;
ALTER ROLE strangler_run ADD MEMBER strangler_legacy;
GO
USE strangler_catalog;
GO
IF DATABASE_PRINCIPAL_ID(N'strangler_install') IS NULL CREATE ROLE strangler_install;
IF DATABASE_PRINCIPAL_ID(N'strangler_run') IS NULL CREATE ROLE strangler_run;
GO
ALTER ROLE db_ddladmin ADD MEMBER strangler_install;
ALTER ROLE db_datareader ADD MEMBER strangler_install;
ALTER ROLE db_datawriter ADD MEMBER strangler_install;
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo TO strangler_run;
ALTER ROLE db_ddladmin ADD MEMBER strangler_run;
DENY CREATE TABLE, CREATE VIEW, CREATE PROCEDURE, CREATE FUNCTION, CREATE TYPE, CREATE SYNONYM TO strangler_run;
ALTER ROLE strangler_install ADD MEMBER strangler_installer;
ALTER ROLE strangler_run ADD MEMBER strangler_catalog;
GO

-- ---------------------------------------------------------------- the proxies' state
USE strangler_proxy;
GO
IF DATABASE_PRINCIPAL_ID(N'strangler_install') IS NULL CREATE ROLE strangler_install;
IF DATABASE_PRINCIPAL_ID(N'strangler_run') IS NULL CREATE ROLE strangler_run;
-- Made here so that the right on it can be given before a proxy has started. A proxy uses it as it is.
IF SCHEMA_ID(N'strangler') IS NULL EXEC (N'CREATE SCHEMA strangler AUTHORIZATION dbo');
GO
ALTER ROLE db_ddladmin ADD MEMBER strangler_install;
ALTER ROLE db_datareader ADD MEMBER strangler_install;
ALTER ROLE db_datawriter ADD MEMBER strangler_install;
-- Nothing is ever deleted there; a trigger keeps the audit log from being changed.
GRANT SELECT, INSERT, UPDATE ON SCHEMA::strangler TO strangler_run;
ALTER ROLE strangler_install ADD MEMBER strangler_installer;
ALTER ROLE strangler_run ADD MEMBER strangler_proxy;
GO

-- ---------------------------------------------------------------- the queues
USE strangler_queues;
GO
IF DATABASE_PRINCIPAL_ID(N'strangler_install') IS NULL CREATE ROLE strangler_install;
IF DATABASE_PRINCIPAL_ID(N'strangler_run') IS NULL CREATE ROLE strangler_run;
GO
ALTER ROLE db_ddladmin ADD MEMBER strangler_install;
ALTER ROLE db_datareader ADD MEMBER strangler_install;
ALTER ROLE db_datawriter ADD MEMBER strangler_install;
-- To send is to insert; to receive is to delete with an output. The sides subscribe to nothing, so that no row is ever updated.
-- An endpoint of others that subscribes needs UPDATE on SubscriptionRouting besides.
GRANT SELECT, INSERT, DELETE ON SCHEMA::dbo TO strangler_run;
ALTER ROLE strangler_install ADD MEMBER strangler_installer;
ALTER ROLE strangler_run ADD MEMBER strangler_legacy;
ALTER ROLE strangler_run ADD MEMBER strangler_catalog;
GO
