-- Every statement runs in one transaction together with the row that records the version.
CREATE TABLE module_state (
    module         TEXT    NOT NULL PRIMARY KEY,
    stage          TEXT    NOT NULL,
    canary_percent INTEGER NOT NULL,
    owner          TEXT    NOT NULL,
    epoch          INTEGER NOT NULL,
    switching      INTEGER NOT NULL,
    held           TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    stage_since    INTEGER NOT NULL
) STRICT;

CREATE TABLE switch_journal (
    id             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    module         TEXT    NOT NULL,
    from_side      TEXT    NOT NULL,
    to_side        TEXT    NOT NULL,
    old_epoch      INTEGER NOT NULL,
    new_epoch      INTEGER NOT NULL,
    phase          TEXT    NOT NULL,
    position       INTEGER NOT NULL,
    keys           TEXT    NOT NULL,
    target_stage   TEXT    NOT NULL,
    target_percent INTEGER NOT NULL,
    token          INTEGER NOT NULL,
    started_at     INTEGER NOT NULL,
    outcome        TEXT    NULL,
    error          TEXT    NULL
) STRICT;

CREATE UNIQUE INDEX switch_journal_open ON switch_journal (module) WHERE outcome IS NULL;

CREATE TABLE lease (
    name   TEXT    NOT NULL PRIMARY KEY,
    holder TEXT    NOT NULL,
    token  INTEGER NOT NULL,
    until  INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    id     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    module TEXT    NOT NULL,
    action TEXT    NOT NULL,
    "from" TEXT    NOT NULL,
    "to"   TEXT    NOT NULL,
    forced INTEGER NOT NULL,
    reason TEXT    NULL,
    plan   TEXT    NOT NULL,
    detail TEXT    NULL
) STRICT;

-- What was forced, by whom and why is kept for ever.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TABLE evidence (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    module   TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    plan     TEXT    NOT NULL,
    document TEXT    NOT NULL
) STRICT;

CREATE INDEX evidence_by_module ON evidence (module, id);
