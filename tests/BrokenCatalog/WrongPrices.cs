using System.Text.RegularExpressions;

[assembly: HostingStartup(typeof(BrokenCatalog.WrongPrices))]

namespace BrokenCatalog;

/// <summary>Puts a digit before every price of one product that the API answers with.</summary>
internal sealed partial class WrongPrices : IHostingStartup, IStartupFilter
{
    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services => services.AddSingleton<IStartupFilter>(this));

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(ChangeAsync);
        next(app);
    };

    private static async Task ChangeAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsGet(context.Request.Method) || !OneProduct().IsMatch(context.Request.Path))
        {
            await next(context);
            return;
        }

        var client = context.Response.Body;
        using var kept = new MemoryStream();
        context.Response.Body = kept;
        await next(context);
        context.Response.Body = client;
        var text = System.Text.Encoding.UTF8.GetString(kept.ToArray());
        context.Response.ContentLength = null;
        if (text.Length > 0) await context.Response.WriteAsync(text.Replace("\"price\":", "\"price\":1", StringComparison.Ordinal));
    }

    [GeneratedRegex("^/api/products/[0-9]+$")]
    private static partial Regex OneProduct();
}
