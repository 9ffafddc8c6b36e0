using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace Strangler.Tests.Stages;

/// <summary>
/// One side of a synced module over a real socket: owner, fenced or follower, with epochs that only grow. Business writes go to
/// <c>POST /write?value=</c>; what the owner captures appears on the other side unless <see cref="Holds"/> is set.
/// </summary>
internal sealed class FakeSide : IAsyncDisposable
{
    public const string Key = "sync-secret";
    private readonly Lock _lock = new();
    private readonly HashSet<string> _values = [];
    private readonly List<(long Position, long Epoch, string Value)> _pending = [];
    private readonly List<(string Call, JsonElement Body)> _made = [];
    private WebHost? _host;
    private long _floor;

    private FakeSide(string name, bool owner) => (Name, State, Epoch) = (name, owner ? "owner" : "follower", owner ? 1 : 0);

    public string Name { get; }

    public string State { get; private set; }

    public long Epoch { get; private set; }

    public bool Capture { get; private set; }

    public bool Detached { get; set; }

    public long Position { get; private set; }

    public FakeSide? Other { get; set; }

    /// <summary>True while changes stay in the outbox.</summary>
    public bool Holds { get; set; }

    public long Parked { get; set; }

    public string Backfill { get; set; } = "none";

    public long Differences { get; set; }

    public int Reconciles { get; private set; }

    /// <summary>What was called, in order, as <c>fence</c> or <c>open 3</c>.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>
    /// Decides about a call before (null: go on) it is done: <c>down</c> cuts the connection, <c>500</c> and <c>409</c> answer so, <c>cut</c> does it and then cuts,
    /// <c>late</c> cuts and leaves it for <see cref="DoEarlier"/>.
    /// </summary>
    public Func<string, string?> Fault { get; set; } = _ => null;

    public Uri Address => _host!.Address;

    public HttpClient Client => _host!.Client;

    public static async Task<(FakeSide Legacy, FakeSide Service)> StartPairAsync()
    {
        var (legacy, service) = (new FakeSide("legacy", owner: true), new FakeSide("service", owner: false));
        (legacy.Other, service.Other) = (service, legacy);
        legacy._host = await WebHost.StartAsync(legacy.Map);
        service._host = await WebHost.StartAsync(service.Map);
        return (legacy, service);
    }

    public string[] Values()
    {
        lock (_lock) return [.. _values.Order(StringComparer.Ordinal)];
    }

    public bool IsOwner
    {
        get
        {
            lock (_lock) return State == "owner";
        }
    }

    public void Restart(string state, long epoch)
    {
        lock (_lock) (State, Epoch) = (state, epoch);
    }

    /// <summary>Does a call that was made before, whether or not it was done then, as it was made: a network may bring it late or again.</summary>
    public void DoEarlier(int number)
    {
        lock (_lock)
        {
            if (_made.Count > 0) Do(_made[number % _made.Count].Call, _made[number % _made.Count].Body);
        }
    }

    public void StopCapture()
    {
        lock (_lock) Capture = false;
    }

    public void Release()
    {
        lock (_lock)
        {
            Holds = false;
            Deliver();
        }
    }

    public async Task<bool> WriteAsync(string value)
    {
        using var answer = await Client.PostAsync($"/write?value={value}", null);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>As a client's write, without the network.</summary>
    /// <returns>False when the side refuses it.</returns>
    public bool Write(string value)
    {
        lock (_lock)
        {
            if (State != "owner") return false;
            _values.Add(value);
            Position++;
            if (Capture) _pending.Add((Position, Epoch, value));
            Deliver();
            return true;
        }
    }

    public ValueTask DisposeAsync() => _host!.DisposeAsync();

    private void Map(WebApplication app)
    {
        app.MapGet("/healthz", () => "Healthy");
        app.MapPost("/write", (string value) => Write(value) ? Results.Ok() : Results.StatusCode(StatusCodes.Status421MisdirectedRequest));
        app.MapMethods("/_sync/modules/{module}/{*action}", ["GET", "POST"], HandleAsync);
    }

    private async Task HandleAsync(HttpContext context)
    {
        var call = (string?)context.Request.RouteValues["action"] ?? "status";
        if (context.Request.Headers["Strangler-Key"] != Key)
        {
            context.Response.StatusCode = 401;
            return;
        }

        var body = context.Request.Method == "POST" ? (await JsonDocument.ParseAsync(context.Request.Body)).RootElement : default;
        var fault = Fault(call);
        if (fault == "500") context.Response.StatusCode = 500;
        if (fault == "409") context.Response.StatusCode = 409;
        lock (_lock)
        {
            if (call is "fence" or "open" or "follow" or "capture" or "retire") _made.Add((call, body));
        }

        if (fault is "down" or "late") context.Abort();
        if (fault is "500" or "409" or "down" or "late") return;
        if (call == "drain") await DrainedAsync(body.GetProperty("position").GetInt64(), body.GetProperty("timeoutMs").GetInt64());
        object? answer;
        lock (_lock)
        {
            var epoch = EpochOf(body);
            if (call is not ("status" or "drain" or "parked")) Calls.Add(epoch > 0 ? $"{call} {epoch}" : call);
            answer = Do(call, body);
        }

        if (fault == "cut")
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer is null ? 409 : 200;
        await context.Response.WriteAsJsonAsync(answer ?? new { title = $"Not possible: {Name} is {State} at epoch {Epoch}" });
    }

    private static long EpochOf(JsonElement body) => body.ValueKind == JsonValueKind.Object && body.TryGetProperty("epoch", out var given) ? given.GetInt64() : 0;

    // What is refused, and what not, is as in the sync library.
    private object? Do(string call, JsonElement body)
    {
        var epoch = EpochOf(body);
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("expected", out var expected) && expected.GetInt64() != Epoch) return null;
        switch (call)
        {
            case "status": return Status();
            case "capture":
                if (State != "owner" || body.GetProperty("at").GetInt64() < Epoch) return null;
                Capture = body.GetProperty("enabled").GetBoolean();
                Epoch = body.GetProperty("at").GetInt64();
                if (!Capture) _pending.Clear();
                return Status();
            case "follow":
                if (!(State == "follower" && epoch >= Epoch) && !(State == "fenced" && epoch > Epoch)) return null;
                (State, Epoch, Capture) = ("follower", epoch, false);
                return Status();
            case "backfill":
                Backfill = "complete";
                lock (Other!._lock) Other._values.UnionWith(_values);
                return Status();
            case "reconcile":
                Reconciles++;
                return Status();
            case "fence":
                if (State is not ("owner" or "fenced") || Epoch != epoch || !Capture) return null;
                State = "fenced";
                return new { epoch, position = Position, keys = new Dictionary<string, long> { ["product"] = 1000 + Position } };
            case "drain": return new { drained = _pending.Count == 0, acknowledged = _pending.Count == 0 ? Position : _pending[0].Position - 1, parked = Parked };
            case "open":
                if (State == "owner" && epoch == Epoch) return Status();
                if (State is "retired" or "owner" || epoch <= Epoch) return null;
                (State, Epoch, _floor, Capture) = ("owner", epoch, epoch, body.GetProperty("capture").GetBoolean());
                return Status();
            case "parked": return Enumerable.Range(1, (int)Parked).Select(position => new
                { receiver = "catalog", position, entity = "product", key = $"{position + 6}", type = "catalog.product-changed/1", epoch = Epoch, attempts = 5, error = "no such category", createdAt = DateTimeOffset.UnixEpoch });
            case "parked/retry" or "parked/discard":
                var count = Math.Min(Parked, body.GetProperty("positions").GetArrayLength());
                Parked -= count;
                return new { count };
            case "detach":
                Detached = body.GetProperty("detached").GetBoolean();
                return Status();
            case "retire":
                if (body.TryGetProperty("role", out _) ? State != "owner" : State == "owner" || (State != "retired" && epoch < Epoch)) return null;
                if (State != "owner") State = "retired";
                Capture = false;
                return Status();
            default: return null;
        }
    }

    private async Task DrainedAsync(long position, long milliseconds)
    {
        var until = Environment.TickCount64 + milliseconds;
        while (Environment.TickCount64 < until)
        {
            lock (_lock)
            {
                if (!_pending.Any(p => p.Position <= position)) return;
            }

            await Task.Delay(5);
        }
    }

    private void Deliver()
    {
        if (Holds || Other is null) return;
        foreach (var (_, epoch, value) in _pending) Other.Receive(epoch, value);
        _pending.Clear();
    }

    // Another side's lock: delivery always goes from the owner to the one that is not, so the two never wait for each other.
    private void Receive(long epoch, string value)
    {
        lock (_lock)
        {
            // What an owner before this one has not sent in time is of no use any more.
            if (epoch <= _floor) return;
            _values.Add(value);
            // A message proves that another side has been opened since.
            if (epoch > Epoch && State is ("follower" or "fenced")) (State, Epoch, Capture) = ("follower", epoch, false);
        }
    }

    private object Status() => new
    {
        module = "catalog", side = Name, state = State, epoch = Epoch, capture = Capture, detached = Detached, position = Position,
        acknowledged = _pending.Count == 0 ? Position : _pending[0].Position - 1, pending = _pending.Count, parked = Parked, lagSeconds = _pending.Count == 0 ? 0 : 9.5,
        backfill = new { state = Backfill, rows = 10, total = 10, rowsPerSecond = 100.0 },
        reconcile = Reconciles == 0 ? null : new { state = "complete", rows = 10, rowsPerSecond = 100.0, differences = Differences, repaired = 0, examples = Array.Empty<object>(), startedAt = DateTimeOffset.UnixEpoch.AddSeconds(Reconciles) },
        foreignReads = new { count = 0 },
    };
}
