using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strangler.Stages.Store;

namespace Strangler.Stages.Judging;

/// <summary>The judge's entries in the audit log.</summary>
internal static class JudgedAction
{
    public const string Name = "judged";
    private const int Looked = 50;

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new JsonStringEnumConverter() } };

    /// <summary>The entry by which the module came to its stage, when it was the judge's; null when an operator has moved it since.</summary>
    public static async Task<AuditEntry?> LastAsync(IStageStore store, string module, CancellationToken cancellation)
    {
        var entries = await store.AuditLogAsync(module, Looked, cancellation).ConfigureAwait(false);
        return entries.FirstOrDefault(static entry => entry.Action is "advance" or "rollback" or Name) is { Action: Name } judged ? judged : null;
    }
}
