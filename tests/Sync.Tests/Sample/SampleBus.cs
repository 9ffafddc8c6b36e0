using Microsoft.AspNetCore.Builder;
using TestKit.Databases;

namespace Sync.Tests.Sample;

/// <summary>A channel other than HTTP, for one side: its settings, and what it adds to the host after sync.</summary>
public abstract class SampleBus
{
    /// <summary>Set once by an assembly whose tests run over such a channel.</summary>
    public static Func<TestDatabase, (SampleBus Legacy, SampleBus Service)>? ForPair { get; set; }

    public abstract Dictionary<string, string?> Settings { get; }

    /// <summary>The side can send nothing, as if what carries its messages were away.</summary>
    public bool IsAway { get; set; }

    public abstract void AddTo(WebApplicationBuilder builder);
}
