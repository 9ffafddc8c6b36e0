namespace Strangler.Stages;

/// <summary>How far a module has been moved out of the monolith. The order of the values is the order of the migration.</summary>
public enum Stage
{
    /// <summary>The legacy answers everything; nothing flows.</summary>
    Legacy,

    /// <summary>The legacy answers everything; its data flows to the service: backfill first, then live changes.</summary>
    Syncing,

    /// <summary>As <see cref="Syncing"/>, and reads are mirrored to the service and compared.</summary>
    Shadow,

    /// <summary>The service answers the reads of a share of the clients; the legacy still owns the data.</summary>
    Canary,

    /// <summary>The service answers and owns the data; changes flow back to the legacy.</summary>
    Extracted,

    /// <summary>The service answers; the legacy module is switched off.</summary>
    Retired,
}
