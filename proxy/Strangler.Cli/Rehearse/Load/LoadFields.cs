namespace Strangler.Cli.Rehearse.Load;

/// <summary>The fields that each part of <c>load.json</c> may have. The reference page is kept in step with these lists by a test.</summary>
internal static class LoadFields
{
    public static readonly string[] Load = ["$schema", "clients", "readsPerSecond", "writesPerSecond", "headers", "reads", "records"];
    public static readonly string[] Read = ["method", "target", "status", "changes", "headers", "body", "form"];
    public static readonly string[] Record = ["name", "keys", "read", "value", "gone", "headers", "writes", "weight"];
    public static readonly string[] Write = ["method", "target", "status", "body", "form", "creates", "removes", "leaves", "weight"];
}
