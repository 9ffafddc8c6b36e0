using Legacy.Customers.Api;
using Legacy.Customers.Data;
using Legacy.Web.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Legacy.Customers;

/// <summary>Who shops here: accounts, signing in and out.</summary>
public static class CustomersModule
{
    public static IServiceCollection AddCustomers(this IServiceCollection services)
    {
        services.AddModuleContext<CustomersDbContext>();
        services.AddSingleton<IPasswordHasher<Customer>, PasswordHasher<Customer>>();
        services.AddScoped<Accounts>();
        services.AddScoped<ICustomers>(provider => provider.GetRequiredService<Accounts>());
        return services;
    }

    public static IEndpointRouteBuilder MapCustomers(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGroup("/api").WithTags("Customers").MapCustomerApi();
        return endpoints;
    }
}
