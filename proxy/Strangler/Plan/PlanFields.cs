namespace Strangler.Plan;

/// <summary>The fields that each part of a plan may have. The published schema is kept in step with these lists by a test.</summary>
internal static class PlanFields
{
    public static readonly string[] Plan = ["$schema", "legacy", "modules", "limits", "forwardedHeaders", "clients"];
    public static readonly string[] Legacy = ["address"];
    public static readonly string[] Clients = ["cookie", "header", "by"];
    public static readonly string[] Limits =
    [
        "maximumBody", "retryBuffer", "retryBuffers", "holdWrites", "candidateTimeout", "serviceTimeout", "ownWritesBudget", "ownWritesEverywhere", "mirrorQueue", "mirrorBody", "mirrorBuffers", "extractedSample",
    ];

    public static readonly string[] Module = ["service", "data", "endpoints", "compare", "gates", "canary"];
    public static readonly string[] Service = ["addresses", "sessionAffinity"];
    public static readonly string[] SessionAffinity = ["policy", "keyName"];
    public static readonly string[] Endpoint = ["id", "match", "writes", "waived", "compare"];
    public static readonly string[] Compare = ["headers", "ignore", "keys", "tolerances", "intended", "redact", "noiseSample"];
    public static readonly string[] CompareHeaders = ["add", "omit"];
    public static readonly string[] Header = ["name", "why"];
    public static readonly string[] Ignore = ["path", "pattern", "selector", "attribute", "why"];
    public static readonly string[] Key = ["array", "key"];
    public static readonly string[] Tolerance = ["path", "absolute", "relative", "why"];
    public static readonly string[] Intended = ["path", "from", "to", "why"];
    public static readonly string[] Redact = ["headers", "paths"];
    public static readonly string[] Gates = ["minimumComparisons", "minimumDryRuns", "minimumMatchRate", "confidence", "maximumLag", "quietBeforeRetirement"];
    public static readonly string[] Canary = ["judge", "window", "minimumSamples", "confidence", "tolerance", "maximumLatencyRatio", "minimumSlowdown", "maximumErrorIncrease"];
}
