namespace Strangler.Stages;

/// <summary>What the proxy believes about one module at one moment. Immutable; a change is a new value with a higher <see cref="Version"/>.</summary>
/// <param name="Module">The module's name in the plan.</param>
/// <param name="Stage">The stage the module has reached.</param>
/// <param name="CanaryPercent">Share of the clients whose reads go to the service, 0 to 100; meaningful at <see cref="Stage.Canary"/>.</param>
/// <param name="Owner">The side that may write the module's data.</param>
/// <param name="Epoch">The ownership epoch; grows by one at every change of owner.</param>
/// <param name="Switching">True while ownership is changing hands: writes wait until it is false.</param>
/// <param name="HeldEndpoints">Endpoints kept at an earlier stage than the module, by endpoint id.</param>
/// <param name="Version">Grows with every change of this module's state.</param>
public sealed record ModuleState(
    string Module,
    Stage Stage,
    int CanaryPercent,
    Side Owner,
    long Epoch,
    bool Switching,
    IReadOnlyDictionary<string, Stage> HeldEndpoints,
    long Version)
{
    /// <summary>Where every module begins: the legacy owns it at epoch 1 and nothing flows.</summary>
    public static ModuleState Initial(string module) =>
        new(module, Stage.Legacy, 0, Side.Legacy, 1, false, new Dictionary<string, Stage>(), 0);

    /// <summary>The stage that decides about one endpoint: the module's, or the earlier one at which the endpoint is held.</summary>
    public Stage StageOf(string endpointId) =>
        HeldEndpoints.TryGetValue(endpointId, out var held) && held < Stage ? held : Stage;
}
