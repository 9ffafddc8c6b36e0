namespace Sync.Tests.Sample;

/// <summary>Tests that run on every database: one class for each is derived from the class that holds them.</summary>
public abstract class DatabaseTests(string provider)
{
    protected string Provider { get; } = provider;

    protected Task<SamplePair> StartAsync(Dictionary<string, string?>? settings = null) => SamplePair.StartAsync(Provider, settings);

    protected Task<SamplePair> StartSyncedAsync(Dictionary<string, string?>? settings = null) => SamplePair.StartSyncedAsync(Provider, settings);
}
