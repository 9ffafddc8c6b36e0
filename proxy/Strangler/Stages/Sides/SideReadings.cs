using Strangler.Plan;

namespace Strangler.Stages.Sides;

/// <summary>What both sides said about a module at one moment.</summary>
/// <param name="Legacy">Null when it did not answer or the module is not synced.</param>
/// <param name="Service">Null when it did not answer or the module is not synced.</param>
/// <param name="LegacyError">Why there is no answer of the legacy.</param>
/// <param name="ServiceError">Why there is no answer of the service.</param>
/// <param name="ServiceIll">Null when the service is healthy, else what was seen.</param>
/// <param name="LegacyIll">Null when the legacy is healthy, else what was seen.</param>
internal sealed record SideReadings(SideStatus? Legacy, SideStatus? Service, SideFault? LegacyError, SideFault? ServiceError, SideFault? ServiceIll, SideFault? LegacyIll)
{
    private static readonly SideFault NotAsked = new("not asked yet", "Wait for a second and look again.");

    public static SideReadings Unread { get; } = new(null, null, NotAsked, NotAsked, NotAsked, NotAsked);

    public SideStatus? Of(Side side) => side == Side.Legacy ? Legacy : Service;

    public SideFault? ErrorOf(Side side) => side == Side.Legacy ? LegacyError : ServiceError;

    /// <summary>What to do so that a side answers; null when it does.</summary>
    public string? FixOf(Side side) => ErrorOf(side)?.Fix;

    public static async Task<SideReadings> ReadAsync(SideClient sides, PlannedModule module, CancellationToken cancellation)
    {
        var service = sides.HealthAsync(module.Name, Side.Service, cancellation);
        var legacy = sides.HealthAsync(module.Name, Side.Legacy, cancellation);
        var synced = module.Data == DataMode.Synced;
        var legacyStatus = synced ? StatusAsync(sides, module.Name, Side.Legacy, cancellation) : Nothing;
        var serviceStatus = synced ? StatusAsync(sides, module.Name, Side.Service, cancellation) : Nothing;
        var (left, leftError) = await legacyStatus.ConfigureAwait(false);
        var (right, rightError) = await serviceStatus.ConfigureAwait(false);
        return new SideReadings(left, right, leftError, rightError, await service.ConfigureAwait(false), await legacy.ConfigureAwait(false));
    }

    private static Task<(SideStatus?, SideFault?)> Nothing => Task.FromResult<(SideStatus?, SideFault?)>((null, null));

    private static async Task<(SideStatus?, SideFault?)> StatusAsync(SideClient sides, string module, Side side, CancellationToken cancellation)
    {
        try
        {
            return (await sides.StatusAsync(module, side, cancellation).ConfigureAwait(false), null);
        }
        catch (SideException error)
        {
            return (null, new SideFault(error.Message, SideHint.Of(error)));
        }
    }
}
