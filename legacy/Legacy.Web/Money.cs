using System.Globalization;

namespace Legacy.Web;

/// <summary>Amounts are <see cref="decimal"/> with two decimal places; the database keeps integer cents.</summary>
public static class Money
{
    public static long ToCents(decimal amount) => (long)decimal.Round(amount * 100m);

    /// <summary>Multiplying by 0.01 (not dividing by 100) keeps two decimal places, so 12.30 is written as 12.30 wherever it comes from.</summary>
    public static decimal FromCents(long cents) => cents * 0.01m;

    public static decimal Exact(decimal amount) => FromCents(ToCents(amount));

    public static bool HasWholeCents(decimal amount) => decimal.Round(amount, 2) == amount;

    public static string Format(decimal amount) => amount.ToString("$#,0.00", CultureInfo.InvariantCulture);
}
