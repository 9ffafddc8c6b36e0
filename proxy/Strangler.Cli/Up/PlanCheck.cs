using System.Text.Json;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>Sees that the proxy will accept the plan, before anything is built or started.</summary>
internal static class PlanCheck
{
    /// <returns>The plan's modules.</returns>
    public static IReadOnlyList<string> Run(UpLayout layout)
    {
        try
        {
            using var plan = JsonDocument.Parse(File.ReadAllBytes(layout.Plan), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return plan.RootElement.TryGetProperty("modules", out var modules) && modules.ValueKind == JsonValueKind.Object ? [.. modules.EnumerateObject().Select(static m => m.Name)] : [];
        }
        catch (JsonException error)
        {
            throw new CommandFailure($"{layout.Plan}: {error.Message}");
        }
    }
}
