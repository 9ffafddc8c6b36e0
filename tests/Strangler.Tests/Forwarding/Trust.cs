using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Strangler.Tests.Forwarding;

/// <summary>Lets a proxy under test take any certificate for its upstreams'.</summary>
internal static class Trust
{
    public static void Upstreams(IServiceCollection services) => services.AddSingleton<IForwarderHttpClientFactory, Factory>();

    private sealed class Factory : ForwarderHttpClientFactory
    {
        protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
        {
            base.ConfigureHandler(context, handler);
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null;
        }
    }
}
