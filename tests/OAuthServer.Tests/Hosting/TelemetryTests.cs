using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OAuthServer.Hosting;
using OAuthServer.Http;

namespace OAuthServer.Tests.Hosting;

[Collection("Listens to the meters of the process")]
public sealed class TelemetryTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_collector_receives_metrics_traces_and_logs_when_the_server_stops()
    {
        await using var collector = await Collector.StartAsync();
        await using (var server = await StartAsync(collector.Address + "/"))
        {
            var metrics = server.Services.GetRequiredService<ServerMetrics>();
            metrics.ObserveOutboxDepth(() => 3);
            metrics.ObserveHashQueue(() => 0);
            metrics.ObserveWriteQueue(() => 0);
            metrics.Login("password-grant", "deny", "WithinLoginHours");
            metrics.TokenIssued(TimeSpan.FromMilliseconds(2));
            ServerMetrics.Activities.StartActivity("polling of its own")?.Dispose();
            await GetAsync(server, "/things/17?code=not-for-the-collector");
            await GetAsync(server, "/fails?code=not-for-the-collector");
            await GetAsync(server, "/health/probe");
            server.Logger.LogWarning("A line for the collector");
            await server.StopAsync(Stop);
        }

        var told = collector.Bodies("/v1/metrics");
        Assert.All(["oauthserver.logins", "WithinLoginHours", "oauthserver.token.issuance.duration", "oauthserver.outbox.depth", "oauthserver.hash.queue",
            "oauthserver.write.queue", "http.server.request.duration"], name => Assert.Contains(name, told, StringComparison.Ordinal));
        var traces = collector.Bodies("/v1/traces");
        Assert.Contains("GET /things/{id}", traces, StringComparison.Ordinal);
        Assert.Contains("GET /fails", traces, StringComparison.Ordinal);
        Assert.Contains("inside the thing", traces, StringComparison.Ordinal);
        Assert.Contains("http.response.status_code", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("GET /health/probe", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("polling of its own", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("not-for-the-collector", traces, StringComparison.Ordinal);
        Assert.Contains("A line for the collector", collector.Bodies("/v1/logs"), StringComparison.Ordinal);
        Assert.All(collector.ContentTypes, type => Assert.Equal("application/x-protobuf", type));
    }

    [Fact]
    public async Task Without_an_address_nothing_is_started()
    {
        await using var server = await StartAsync(null);
        await GetAsync(server, "/things/17");
        Assert.DoesNotContain(
            server.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>(),
            service => service.GetType().FullName!.Contains("Telemetry", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_that_is_away_delays_neither_requests_nor_the_stop()
    {
        await using var server = await StartAsync("http://127.0.0.1:1");
        await GetAsync(server, "/things/17");
        await server.StopAsync(Stop).WaitAsync(TimeSpan.FromSeconds(15), Stop);
    }

    static async Task<WebApplication> StartAsync(string? collector)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.AddTelemetry(new TelemetryOptions { OtlpEndpoint = collector });
        var server = builder.Build();
        server.UseRequestSpans();
        server.MapGet("/things/{id}", (string id) =>
        {
            using var span = ServerMetrics.Activities.StartActivity("inside the thing");
            return "Thing " + id;
        });
        server.MapGet("/fails", IResult () => throw new InvalidOperationException("no"));
        server.MapGet("/health/probe", () => "probed").DisableHttpMetrics();
        await server.StartAsync(Stop);
        return server;
    }

    static async Task GetAsync(WebApplication server, string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(server.Urls.First()) };
        using var answer = await client.GetAsync(path, Stop);
    }

    /// <summary>Takes whatever is sent to it and keeps it.</summary>
    sealed class Collector : IAsyncDisposable
    {
        readonly ConcurrentQueue<(string Path, string? Type, string Body)> taken = new();
        WebApplication server = null!;

        internal string Address => server.Urls.First();

        internal IEnumerable<string?> ContentTypes => taken.Select(request => request.Type);

        internal static async Task<Collector> StartAsync()
        {
            var collector = new Collector();
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            collector.server = builder.Build();
            collector.server.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                collector.taken.Enqueue((context.Request.Path, context.Request.ContentType, Encoding.Latin1.GetString(body.ToArray())));
            });
            await collector.server.StartAsync(Stop);
            return collector;
        }

        internal string Bodies(string path) => string.Concat(taken.Where(request => request.Path == path).Select(request => request.Body));

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
