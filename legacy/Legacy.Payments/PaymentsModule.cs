using Legacy.Payments.Data;
using Legacy.Payments.Gateway;
using Legacy.Web.Data;
using Microsoft.Extensions.DependencyInjection;

namespace Legacy.Payments;

/// <summary>Charging cards; it has no pages or API of its own.</summary>
public static class PaymentsModule
{
    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddModuleContext<PaymentsDbContext>();
        services.AddSingleton<IPaymentGateway, SampleGateway>();
        services.AddScoped<IPayments, Cashier>();
        return services;
    }
}
