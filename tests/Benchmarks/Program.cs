using Benchmarks;
using Benchmarks.Goods;
using Benchmarks.Servers;

return args switch
{
    [UpstreamServer.Mode, .. var rest] => await UpstreamServer.RunAsync(rest),
    [BareProxyServer.Mode, .. var rest] => await BareProxyServer.RunAsync(rest),
    [GoodsServer.Mode, .. var rest] => await GoodsServer.RunAsync(rest),
    _ => await BenchmarkCommand.RunAsync(args, Console.Out, Console.Error),
};
