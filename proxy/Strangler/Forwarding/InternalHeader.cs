using System.Net.Http.Headers;

namespace Strangler.Forwarding;

/// <summary>The headers that proxy and sides exchange. No client sees one, and none is taken from a client.</summary>
internal static class InternalHeader
{
    public const string Prefix = "Strangler-";
    public const string Position = "Strangler-Position";
    public const string NotOwner = "Strangler-Not-Owner";
    public const string Key = "Strangler-Key";
    public const string DryRun = "Strangler-Dry-Run";
    public const string Applied = "Strangler-Applied";
    public const string Changes = "Strangler-Changes";

    public static bool Is(string name) => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    public static bool AnyIn(HttpHeaders headers)
    {
        foreach (var header in headers.NonValidated)
        {
            if (Is(header.Key)) return true;
        }

        return false;
    }
}
