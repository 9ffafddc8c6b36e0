-- Every statement runs in one transaction together with the row that records the version.
CREATE TABLE strangler.module_state (
    module         text    NOT NULL PRIMARY KEY,
    stage          text    NOT NULL,
    canary_percent integer NOT NULL,
    owner          text    NOT NULL,
    epoch          bigint  NOT NULL,
    switching      boolean NOT NULL,
    held           text    NOT NULL,
    version        bigint  NOT NULL,
    stage_since    bigint  NOT NULL
);

CREATE TABLE strangler.switch_journal (
    id             bigint  NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    module         text    NOT NULL,
    from_side      text    NOT NULL,
    to_side        text    NOT NULL,
    old_epoch      bigint  NOT NULL,
    new_epoch      bigint  NOT NULL,
    phase          text    NOT NULL,
    position       bigint  NOT NULL,
    keys           text    NOT NULL,
    target_stage   text    NOT NULL,
    target_percent integer NOT NULL,
    token          bigint  NOT NULL,
    started_at     bigint  NOT NULL,
    outcome        text    NULL,
    error          text    NULL
);

CREATE UNIQUE INDEX switch_journal_open ON strangler.switch_journal (module) WHERE outcome IS NULL;

CREATE TABLE strangler.lease (
    name   text   NOT NULL PRIMARY KEY,
    holder text   NOT NULL,
    token  bigint NOT NULL,
    until  bigint NOT NULL
);

CREATE TABLE strangler.audit (
    id     bigint  NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     bigint  NOT NULL,
    module text    NOT NULL,
    action text    NOT NULL,
    "from" text    NOT NULL,
    "to"   text    NOT NULL,
    forced boolean NOT NULL,
    reason text    NULL,
    "plan" text    NOT NULL,
    detail text    NULL
);

CREATE INDEX audit_by_module ON strangler.audit (module, id);

-- What was forced, by whom and why is kept for ever.
CREATE FUNCTION strangler.keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END
$$;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON strangler.audit FOR EACH STATEMENT EXECUTE FUNCTION strangler.keep_audit();

CREATE TABLE strangler.evidence (
    id       bigint NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       bigint NOT NULL,
    module   text   NOT NULL,
    kind     text   NOT NULL,
    "plan"   text   NOT NULL,
    document text   NOT NULL
);

CREATE INDEX evidence_by_module ON strangler.evidence (module, id);
