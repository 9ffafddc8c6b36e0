using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Yarp.ReverseProxy.Forwarder;

namespace Strangler.Forwarding;

/// <summary>The connections to the upstreams.</summary>
internal sealed class UpstreamClients(UpstreamNames names) : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
#pragma warning disable CA2262 // One mebibyte, in kilobytes, is meant: an application behind a proxy may answer whatever it answered before.
        handler.MaxResponseHeadersLength = 1024;
#pragma warning restore CA2262
        handler.EnableMultipleHttp2Connections = true;
        var cluster = context.ClusterId;
        if (cluster == Upstream.AsteriskCluster) handler.PlaintextStreamFilter = static (filter, _) => new ValueTask<Stream>(new AsteriskForm(filter.PlaintextStream));
        // The client's Host goes through, so the handler checks the certificate against the public name. An upstream that shows a trusted
        // certificate for its own inside name is as good.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            errors == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateNameMismatch && certificate is X509Certificate2 shown && names.Of(cluster).Any(name => shown.MatchesHostname(name)));
    }
}

/// <summary>The inside host names of a cluster.</summary>
internal sealed class UpstreamNames(Plan.PlanStore plans)
{
    public IEnumerable<string> Of(string cluster) => cluster is Upstream.LegacyCluster or Upstream.AsteriskCluster
        ? [plans.Current.LegacyAddress.Host]
        : plans.Current.Modules.Values.Where(module => Upstream.ClusterOf(module.Name) == cluster).SelectMany(static module => module.ServiceAddresses).Select(static address => address.Host);
}
