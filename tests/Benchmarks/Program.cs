using Benchmarks;
using Benchmarks.Servers;

return args switch
{
    [UpstreamServer.Mode, .. var rest] => await UpstreamServer.RunAsync(rest),
    [BareProxyServer.Mode, .. var rest] => await BareProxyServer.RunAsync(rest),
    _ => await BenchmarkCommand.RunAsync(args, Console.Out, Console.Error),
};
