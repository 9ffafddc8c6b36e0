using Legacy.Customers.Api;
using Legacy.Customers.Data;
using Legacy.Web.Data;
using Legacy.Web.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Legacy.Customers;

/// <summary>Who shops here: accounts, signing in and out.</summary>
public static class CustomersModule
{
    public const string Name = "customers";

    public static IServiceCollection AddCustomers(this IServiceCollection services)
    {
        services.AddModuleContext<CustomersDbContext>();
        services.AddModulePages(Name, "/Account");
        services.AddSingleton<IPasswordHasher<Customer>, PasswordHasher<Customer>>();
        services.AddScoped<Accounts>();
        services.AddScoped<ICustomers>(provider => provider.GetRequiredService<Accounts>());
        return services;
    }

    public static IEndpointRouteBuilder MapCustomers(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGroup("/api").WithTags("Customers").WithMetadata(new ModuleEndpoint(Name)).MapCustomerApi();
        return endpoints;
    }
}
