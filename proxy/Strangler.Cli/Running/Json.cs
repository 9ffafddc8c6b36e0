using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strangler.Cli.Running;

/// <summary>The JSON that the command prints and the admin API speaks: camelCase names, enum values by name.</summary>
internal static class Json
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Write(object document) => JsonSerializer.Serialize(document, document.GetType(), Options);
}
