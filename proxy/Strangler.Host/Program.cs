using Strangler;
using Strangler.Host;

try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    builder.WebHost.UseStranglerListeners(builder.Configuration);
    builder.Services.AddStrangler(builder.Configuration);
    // Stages: builder.Services.AddStranglerStages();
    builder.Services.AddHealthChecks();

    var app = builder.Build();
    app.UseStrangler();
    app.UseRouting();
    app.MapHealthChecks("/healthz");
    // Stages: app.MapStranglerAdmin();
    await app.RunAsync();
    return 0;
}
catch (Exception error) when (StartFailure.Explain(error) is { } lines)
{
    foreach (var line in lines) await Console.Error.WriteLineAsync(line);
    return 1;
}
