namespace Faults.Running;

/// <summary>The files by which a proxy is told to stop at a line, and tells that it has.</summary>
internal static class StopPoint
{
    public static void Set(FaultyShop shop, string point)
    {
        foreach (var proxy in shop.Proxies) File.WriteAllText(Path.Combine(shop.PointsOf(proxy), point + ".stop"), "");
    }

    /// <summary>The proxy that stands at the point, or null.</summary>
    public static string? ReachedBy(FaultyShop shop, string point) =>
        shop.Proxies.FirstOrDefault(proxy => File.Exists(Path.Combine(shop.PointsOf(proxy), point + ".reached")));

    /// <summary>Whoever stands there goes on, and nobody stops there any more.</summary>
    public static void Clear(FaultyShop shop, string point)
    {
        foreach (var proxy in shop.Proxies)
        {
            File.Delete(Path.Combine(shop.PointsOf(proxy), point + ".stop"));
            File.Delete(Path.Combine(shop.PointsOf(proxy), point + ".reached"));
        }
    }
}
