using Strangler;
using Strangler.Admin;
using Strangler.Host;
using Strangler.Stages;

try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    builder.WebHost.UseStranglerListeners(builder.Configuration);
    builder.Services.AddStrangler(builder.Configuration);
    builder.Services.AddStranglerStages();
    builder.Services.AddHealthChecks();

    var app = builder.Build();
    app.UseStrangler();
    app.UseRouting();
    app.MapHealthChecks("/healthz");
    app.MapStranglerAdmin();
    await app.RunAsync();
    return 0;
}
catch (Exception error) when (StartFailure.Explain(error) is { } lines)
{
    foreach (var line in lines) await Console.Error.WriteLineAsync(line);
    return 1;
}
