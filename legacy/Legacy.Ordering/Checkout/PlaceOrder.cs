using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Legacy.Ordering.Checkout;

/// <summary>What a customer wants, by page or by API.</summary>
internal sealed record PlaceOrder(int CustomerId, IReadOnlyList<WantedLine> Lines, string CardNumber, string? IdempotencyKey)
{
    /// <summary>Tells two requests under one key apart. Of the card only its end takes part: nothing about the number may be stored.</summary>
    public string Hash()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{CustomerId};{CardNumber[^4..]}");
        foreach (var line in Lines) text.Append(CultureInfo.InvariantCulture, $";{line.ProductId}x{line.Quantity}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    // The record's own text would print the card number.
    public override string ToString() => $"{nameof(PlaceOrder)} of customer {CustomerId} with {Lines.Count} lines";
}

internal sealed record WantedLine(int ProductId, int Quantity);
