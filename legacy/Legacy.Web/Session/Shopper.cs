using System.Globalization;
using System.Security.Claims;

namespace Legacy.Web.Session;

/// <summary>What the signed-in customer's cookie says.</summary>
public static class Shopper
{
    public const string StaffPolicy = "staff";

    public static int? CustomerId(this ClaimsPrincipal user) =>
        int.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    public static bool IsStaff(this ClaimsPrincipal user) => user.IsInRole(StaffPolicy);
}
