namespace TestKit.Processes;

/// <summary>The credential with which tests write through the sample shop's API, as <c>.strangler/up.json</c> names it.</summary>
public static class ShopApi
{
    public const string Header = "X-Api-Key";

    /// <summary>The setting of both sides that makes <see cref="Key"/> valid.</summary>
    public const string Setting = "Api__Keys__walk";

    public static string Key { get; } = SystemDescription.SecretOf("shop-api");

    /// <summary>Sends the key with every request of this client.</summary>
    public static HttpClient WithShopKey(this HttpClient client, string? key = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.DefaultRequestHeaders.Add(Header, key ?? Key);
        return client;
    }
}
