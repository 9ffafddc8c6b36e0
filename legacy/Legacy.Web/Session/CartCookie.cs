using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Legacy.Web.Session;

/// <summary>
/// The cart lives in a cookie (<c>12x2.40x1</c>: two of product 12, one of product 40), so that whichever process renders a page
/// shows the same count.
/// </summary>
public static class CartCookie
{
    public const string Name = "shop.cart";
    public const int MostLines = 50;
    public const int MostPerLine = 99;

    public static IReadOnlyDictionary<int, int> Read(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var lines = new SortedDictionary<int, int>();
        foreach (var part in (request.Cookies[Name] ?? "").Split('.', StringSplitOptions.RemoveEmptyEntries).Take(MostLines))
        {
            if (part.Split('x') is [var id, var quantity]
                && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var product)
                && int.TryParse(quantity, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && product > 0 && count is > 0 and <= MostPerLine)
                lines[product] = count;
        }

        return lines;
    }

    public static int Count(HttpRequest request) => Read(request).Values.Sum();

    public static void Write(HttpResponse response, IEnumerable<KeyValuePair<int, int>> lines)
    {
        ArgumentNullException.ThrowIfNull(response);
        var value = string.Join('.', lines.Where(line => line.Value > 0).Take(MostLines)
            .Select(line => $"{line.Key}x{Math.Min(line.Value, MostPerLine)}"));
        if (value.Length == 0)
            response.Cookies.Delete(Name);
        else
            response.Cookies.Append(Name, value, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, IsEssential = true });
    }
}
