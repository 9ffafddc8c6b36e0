using Microsoft.AspNetCore.Authentication;

namespace Catalog.Service.Web.Session;

/// <summary>The programs that may write through the API (<c>Api:Keys:NAME</c>). Without one, no key is accepted.</summary>
internal sealed class ApiKeyOptions : AuthenticationSchemeOptions
{
    /// <summary>A shorter secret could be guessed.</summary>
    public const int ShortestKey = 16;

    /// <summary>The secret of each client, by the client's name.</summary>
    public IDictionary<string, string> Keys { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    public bool HasOnlyLongKeys() => Keys.Values.All(static key => key is { Length: >= ShortestKey });
}
