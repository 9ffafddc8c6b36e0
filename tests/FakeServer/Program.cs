// A server that is ready at once and does what its environment says: it stands for the monolith, a service or the proxy where a
// test is about processes. Fake__Die: print this and exit with code 3. Fake__DieAfter: wait so long first, after being ready.
// Fake__Stubborn: do not end when asked to. Fake__Record: append a line to this file at start and at an orderly end.
// POST /fake?wait=00:00:00.200&code=500&say=wrong: from now on /goods/{id} answers like this; without a query, as at the start.
var builder = WebApplication.CreateSlimBuilder(args);
var fake = builder.Configuration.GetSection("Fake");
string[] proxyUrls = [.. new[] { builder.Configuration["Strangler:PublicUrl"], builder.Configuration["Strangler:AdminUrl"] }.OfType<string>()];
if (proxyUrls.Length > 0) builder.WebHost.UseUrls(proxyUrls);

if (fake["Die"] is { } message && fake["DieAfter"] is null)
{
    await Console.Error.WriteLineAsync(message);
    return 3;
}

var app = builder.Build();
app.MapGet("/healthz", () => "Healthy");
app.MapGet("/pid", () => Environment.ProcessId);
app.MapGet("/environment/{name}", (string name) => Environment.GetEnvironmentVariable(name) ?? "");
app.MapPost("/echo", (HttpRequest request) => Results.Stream(request.Body, request.ContentType));

var (delay, status, text, failed) = (TimeSpan.Zero, 200, "", 0);
app.MapPost("/fake", (TimeSpan? wait, int? code, string? say) => (delay, status, text) = (wait ?? TimeSpan.Zero, code ?? 200, say ?? ""));
app.MapGet("/fake/failed", () => Volatile.Read(ref failed));
app.MapGet("/goods/{id}", async (string id, CancellationToken gone) =>
{
    await Task.Delay(delay, gone);
    if (status >= 500) Interlocked.Increment(ref failed);
    return Results.Text($"goods {id}{text}", statusCode: status);
});

using var term = fake["Stubborn"] is null
    ? null
    : System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, context => context.Cancel = true);
await app.StartAsync();
await RecordAsync($"started {Environment.ProcessId}");
if (fake["DieAfter"] is { } after)
{
    await Task.Delay(TimeSpan.Parse(after, System.Globalization.CultureInfo.InvariantCulture));
    await Console.Error.WriteLineAsync(fake["Die"] ?? "The fake server dies as told.");
    return 3;
}

if (fake["Stubborn"] is null) await app.WaitForShutdownAsync();
else await Task.Delay(Timeout.Infinite);
await RecordAsync($"ended {Environment.ProcessId}");
return 0;

Task RecordAsync(string line) => fake["Record"] is { } file ? File.AppendAllTextAsync(file, line + "\n") : Task.CompletedTask;
