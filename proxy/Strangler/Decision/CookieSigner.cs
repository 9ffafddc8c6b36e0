using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Strangler.Decision;

/// <summary>
/// Signs the values of the proxy's own cookies, so that a client cannot make up where it belongs or what it has written.
/// The key comes from the sync key, so that all proxies of an installation accept each other's cookies; without one it lives as long as the process.
/// </summary>
internal sealed class CookieSigner
{
    private const int SignatureLength = 22;
    private readonly byte[] _key;

    public CookieSigner(IOptions<StranglerOptions> options)
    {
        var secret = options.Value.SyncKey;
        if (string.IsNullOrEmpty(secret) && options.Value.SyncKeyFile is { } file && File.Exists(file)) secret = File.ReadAllText(file).Trim();
        _key = string.IsNullOrEmpty(secret) ? RandomNumberGenerator.GetBytes(32) : HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), "strangler-cookies"u8);
    }

    public string Sign(string purpose, string value) => $"{value}.{Signature(purpose, value)}";

    /// <summary>The value without its signature; null when the signature does not fit.</summary>
    public string? Read(string purpose, string? signed)
    {
        if (signed is null || signed.Length <= SignatureLength + 1 || signed[^(SignatureLength + 1)] != '.') return null;
        var value = signed[..^(SignatureLength + 1)];
        return CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Signature(purpose, value)), Encoding.ASCII.GetBytes(signed[^SignatureLength..])) ? value : null;
    }

    private string Signature(string purpose, string value) =>
        System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{purpose}:{value}")).AsSpan(0, 16));
}
