using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;

namespace Catalog.Service.Web.Session;

internal static class SessionServices
{
    public const string Cookie = "shop.session";

    /// <summary>
    /// Fixed names and one key ring for every process of the shop: a cookie or form token made by one is understood by the others.
    /// </summary>
    public static IServiceCollection AddShopSession(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var keys = Directory.CreateDirectory(configuration["Keys:Directory"] ?? ".data/keys");
        services.AddDataProtection().SetApplicationName("shop").PersistKeysToFileSystem(keys);
        services.AddAntiforgery(options => options.Cookie.Name = "shop.antiforgery");
        services.AddAuthorizationBuilder()
            .AddPolicy(Shopper.StaffPolicy, policy => policy.RequireRole(Shopper.StaffPolicy))
            .AddPolicy(ApiWrites.Policy, policy => policy
                .AddAuthenticationSchemes(CookieAuthenticationDefaults.AuthenticationScheme, ApiKeyHandler.SchemeName)
                .RequireRole(Shopper.StaffPolicy, ApiKeyHandler.ClientRole));
        services.AddOptions<ApiKeyOptions>(ApiKeyHandler.SchemeName).BindConfiguration("Api")
            .Validate(options => options.HasOnlyLongKeys(), $"Each key under Api:Keys needs at least {ApiKeyOptions.ShortestKey} characters.")
            .ValidateOnStart();
        var authentication = services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme);
        authentication.AddScheme<ApiKeyOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null);
        authentication.AddCookie(options =>
        {
            options.Cookie.Name = Cookie;
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.ExpireTimeSpan = TimeSpan.FromDays(7);
            options.Events.OnRedirectToLogin = context => SignIn(context.HttpContext);
            options.Events.OnRedirectToAccessDenied = context =>
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            };
        });
        return services;
    }

    private static Task SignIn(HttpContext context)
    {
        // A program can do nothing with a page to sign in; the scheme of the keys answers it.
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        else
            Redirect(context, "/account/login");
        return Task.CompletedTask;
    }

    // Relative, so that it holds behind any front.
    private static void Redirect(HttpContext context, string path)
    {
        var target = context.Request.Path + context.Request.QueryString;
        context.Response.Redirect($"{path}?returnUrl={Uri.EscapeDataString(target)}");
    }
}
