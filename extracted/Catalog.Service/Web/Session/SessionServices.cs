using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;

namespace Catalog.Service.Web.Session;

internal static class SessionServices
{
    /// <summary>
    /// Fixed names and one key ring for every process of the shop: a cookie or form token made by one is understood by the others.
    /// </summary>
    public static IServiceCollection AddShopSession(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var keys = Directory.CreateDirectory(configuration["Keys:Directory"] ?? ".data/keys");
        services.AddDataProtection().SetApplicationName("shop").PersistKeysToFileSystem(keys);
        services.AddAntiforgery(options => options.Cookie.Name = "shop.antiforgery");
        services.AddAuthorizationBuilder().AddPolicy(Shopper.StaffPolicy, policy => policy.RequireRole(Shopper.StaffPolicy));
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
        {
            options.Cookie.Name = "shop.session";
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.ExpireTimeSpan = TimeSpan.FromDays(7);
            options.Events.OnRedirectToLogin = context => Redirect(context.HttpContext, "/account/login");
            options.Events.OnRedirectToAccessDenied = context =>
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            };
        });
        return services;
    }

    // Relative, so that it holds behind any front.
    private static Task Redirect(HttpContext context, string path)
    {
        var target = context.Request.Path + context.Request.QueryString;
        context.Response.Redirect($"{path}?returnUrl={Uri.EscapeDataString(target)}");
        return Task.CompletedTask;
    }
}
