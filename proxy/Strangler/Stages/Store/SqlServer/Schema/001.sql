-- Every batch runs in one transaction together with the row that records the version.
-- Names are compared as they are written, whatever the database's own collation.
CREATE TABLE strangler.module_state (
    module         nvarchar(200) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
    stage          nvarchar(20)  NOT NULL,
    canary_percent int           NOT NULL,
    owner          nvarchar(20)  NOT NULL,
    epoch          bigint        NOT NULL,
    switching      bit           NOT NULL,
    held           nvarchar(max) NOT NULL,
    version        bigint        NOT NULL,
    stage_since    bigint        NOT NULL
);

CREATE TABLE strangler.switch_journal (
    id             bigint        NOT NULL IDENTITY PRIMARY KEY,
    module         nvarchar(200) COLLATE Latin1_General_BIN2 NOT NULL,
    from_side      nvarchar(20)  NOT NULL,
    to_side        nvarchar(20)  NOT NULL,
    old_epoch      bigint        NOT NULL,
    new_epoch      bigint        NOT NULL,
    phase          nvarchar(20)  NOT NULL,
    position       bigint        NOT NULL,
    keys           nvarchar(max) NOT NULL,
    target_stage   nvarchar(20)  NOT NULL,
    target_percent int           NOT NULL,
    token          bigint        NOT NULL,
    started_at     bigint        NOT NULL,
    outcome        nvarchar(20)  NULL,
    error          nvarchar(max) NULL
);

CREATE UNIQUE INDEX switch_journal_open ON strangler.switch_journal (module) WHERE outcome IS NULL;

CREATE TABLE strangler.lease (
    name   nvarchar(220) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
    holder nvarchar(300) COLLATE Latin1_General_BIN2 NOT NULL,
    token  bigint        NOT NULL,
    until  bigint        NOT NULL
);

CREATE TABLE strangler.audit (
    id     bigint        NOT NULL IDENTITY PRIMARY KEY,
    at     bigint        NOT NULL,
    module nvarchar(200) COLLATE Latin1_General_BIN2 NOT NULL,
    action nvarchar(50)  NOT NULL,
    "from" nvarchar(max) NOT NULL,
    "to"   nvarchar(max) NOT NULL,
    forced bit           NOT NULL,
    reason nvarchar(max) NULL,
    "plan" nvarchar(200) NOT NULL,
    detail nvarchar(max) NULL
);

CREATE INDEX audit_by_module ON strangler.audit (module, id);
GO
-- What was forced, by whom and why is kept for ever.
CREATE TRIGGER strangler.audit_is_kept ON strangler.audit AFTER UPDATE, DELETE AS
BEGIN
    IF EXISTS (SELECT 1 FROM deleted) THROW 51000, 'the audit log is append-only', 1;
END
GO
CREATE TABLE strangler.evidence (
    id       bigint        NOT NULL IDENTITY PRIMARY KEY,
    at       bigint        NOT NULL,
    module   nvarchar(200) COLLATE Latin1_General_BIN2 NOT NULL,
    kind     nvarchar(100) NOT NULL,
    "plan"   nvarchar(200) NOT NULL,
    document nvarchar(max) NOT NULL
);

CREATE INDEX evidence_by_module ON strangler.evidence (module, id);
