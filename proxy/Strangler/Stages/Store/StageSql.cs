namespace Strangler.Stages.Store;

/// <summary>The store's statements: here those that every database takes as they are, beside each database those that differ.</summary>
/// <param name="schema">What stands before a table's name, for example <c>strangler.</c></param>
internal abstract class StageSql(string schema)
{
    private const string StateColumns = "module, stage, canary_percent, owner, epoch, switching, held, version, stage_since";

    private const string SwitchColumns =
        "id, module, from_side, to_side, old_epoch, new_epoch, phase, position, keys, target_stage, target_percent, token, started_at, outcome, error";

    protected const string AuditColumns = """at, module, action, "from", "to", forced, reason, "plan", detail""";

    protected const string EvidenceColumns = """at, module, kind, "plan", document""";

    protected string Schema { get; } = schema;

    public string States { get; } = $"SELECT {StateColumns} FROM {schema}module_state";

    public string State { get; } = $"SELECT {StateColumns} FROM {schema}module_state WHERE module = @module";

    /// <summary>One row when there was version <c>@version - 1</c>, or none yet; else no row.</summary>
    public abstract string Save { get; }

    public string OpenSwitch { get; } = $"SELECT {SwitchColumns} FROM {schema}switch_journal WHERE module = @module AND outcome IS NULL";

    public string Switch { get; } = $"SELECT {SwitchColumns} FROM {schema}switch_journal WHERE id = @id";

    public string ModulesSwitching { get; } = $"SELECT module FROM {schema}switch_journal WHERE outcome IS NULL";

    /// <summary>Answers with the new row's id.</summary>
    public virtual string BeginSwitch =>
        $"""
        INSERT INTO {Schema}switch_journal (module, from_side, to_side, old_epoch, new_epoch, phase, position, keys, target_stage, target_percent, token, started_at)
        VALUES (@module, @from, @to, @old, @new, @phase, @position, @keys, @stage, @percent, @token, @started)
        RETURNING id
        """;

    public string TakeOverSwitch { get; } = $"UPDATE {schema}switch_journal SET token = @token WHERE id = @id AND outcome IS NULL AND token < @token";

    public string WriteSwitch { get; } =
        $"""
        UPDATE {schema}switch_journal SET new_epoch = @new, phase = @phase, position = @position, keys = @keys, outcome = @outcome, error = @error
        WHERE id = @id AND token = @token AND outcome IS NULL
        """;

    /// <summary>Sees that the lease has a row, which nobody holds when it is new.</summary>
    public virtual string PrepareLease =>
        $"INSERT INTO {Schema}lease (name, holder, token, until) VALUES (@name, '', 0, 0) ON CONFLICT (name) DO NOTHING";

    /// <summary>Holder, token, whether it has run out; the row is the transaction's from here on. <c>@now</c> counts where the database has no clock of its own.</summary>
    public abstract string ReadLease { get; }

    /// <summary><c>@duration</c> in milliseconds.</summary>
    public abstract string WriteLease { get; }

    public string ReleaseLease { get; } = $"UPDATE {schema}lease SET until = 0 WHERE name = @name AND holder = @holder";

    public string Audit { get; } =
        $"INSERT INTO {schema}audit ({AuditColumns}) VALUES (@at, @module, @action, @from, @to, @forced, @reason, @plan, @detail)";

    public virtual string AuditLog => $"SELECT {AuditColumns} FROM {Schema}audit ORDER BY id DESC LIMIT @limit";

    public virtual string AuditLogOfModule => $"SELECT {AuditColumns} FROM {Schema}audit WHERE module = @module ORDER BY id DESC LIMIT @limit";

    public string KeepEvidence { get; } = $"INSERT INTO {schema}evidence ({EvidenceColumns}) VALUES (@at, @module, @kind, @plan, @document)";

    public virtual string Evidence => $"SELECT {EvidenceColumns} FROM {Schema}evidence WHERE module = @module ORDER BY id DESC LIMIT @limit";

    /// <summary>Keeps every other upgrade of this database out until the end of the transaction.</summary>
    public abstract string LockSchema { get; }

    /// <summary>1 when the table of versions is there.</summary>
    public abstract string VersionTableExists { get; }

    public abstract string CreateVersionTable { get; }

    public string Version { get; } = $"SELECT COALESCE(MAX(version), 0) FROM {schema}schema_version";

    public string WriteVersion { get; } = $"INSERT INTO {schema}schema_version (version) VALUES (@version)";
}
