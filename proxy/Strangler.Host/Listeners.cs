
namespace Strangler.Host;

/// <summary>Opens the public and the admin listener at the addresses in the settings. An https address takes its certificate from <c>Kestrel:Certificates:Default</c>.</summary>
internal static class Listeners
{
    public static void UseStranglerListeners(this IWebHostBuilder host, IConfiguration configuration)
    {
        var defaults = new StranglerOptions();
        var endpoints = new ConfigurationBuilder()
            .AddConfiguration(configuration.GetSection("Kestrel"))
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Endpoints:Public:Url"] = configuration["Strangler:PublicUrl"] ?? defaults.PublicUrl,
                ["Endpoints:Admin:Url"] = configuration["Strangler:AdminUrl"] ?? defaults.AdminUrl,
            })
            .Build();
        host.UseKestrelHttpsConfiguration();
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureStrangler();
            kestrel.Configure(endpoints).Endpoint("Admin", static admin => admin.ListenOptions.UseStranglerAdmin());
        });
    }
}
