namespace Strangler.Plan;

/// <summary>What the proxy takes on and how long it waits, with the defaults.</summary>
public sealed record PlanLimits
{
    /// <summary>The largest request body in bytes.</summary>
    /// <value>null: none but the upstream's own</value>
    public long? MaximumBody { get; init; }

    /// <summary>Bytes of a write's body that are kept so that it can be sent again; a longer body is sent once.</summary>
    /// <value>64 MiB</value>
    public long RetryBuffer { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes that are kept of all writes' bodies together, the first 256 KiB of each in memory and the rest in temporary files; past it, bodies are sent once.</summary>
    /// <value>1 GiB</value>
    public long RetryBuffers { get; init; } = 1024 * 1024 * 1024;

    /// <summary>How long a write waits for an owner before it is answered 503 with <c>Retry-After</c>.</summary>
    /// <value>10 seconds</value>
    public TimeSpan HoldWrites { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the other side may take to answer a mirrored read.</summary>
    /// <value>5 seconds</value>
    public TimeSpan CandidateTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a service may say nothing, before its answer or within it. Reads for which the legacy can stand in fall back then. Event streams and long polls have to
    /// be shorter than it.
    /// </summary>
    /// <value>null: as long as it likes; a service that cannot be reached is noticed at once all the same</value>
    public TimeSpan? ServiceTimeout { get; init; }

    /// <summary>How long a read waits for the side that answers it to have applied the client's own writes, before the owner answers it.</summary>
    /// <value>50 milliseconds</value>
    public TimeSpan OwnWritesBudget { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// True when clients that keep no cookies may write through one proxy and read through another. No proxy knows then what such a client has written, so that
    /// it reads a copy only when the copy holds everything, which costs a question to the owner.
    /// </summary>
    /// <value>false</value>
    public bool OwnWritesEverywhere { get; init; }

    /// <summary>Mirrored reads that may wait to be compared; further ones are shed.</summary>
    /// <value>1024</value>
    public int MirrorQueue { get; init; } = 1024;

    /// <summary>The largest body in bytes that is compared.</summary>
    /// <value>1 MiB</value>
    public int MirrorBody { get; init; } = 1024 * 1024;

    /// <summary>Bytes in memory of all bodies that are being listened to or wait to be compared; past it, comparisons are shed.</summary>
    /// <value>64 MiB</value>
    public long MirrorBuffers { get; init; } = 64 * 1024 * 1024;

    /// <summary>The share of reads that is still mirrored to the legacy at <c>Extracted</c>, 0 to 1.</summary>
    /// <value>0.1</value>
    public double ExtractedSample { get; init; } = 0.1;
}
