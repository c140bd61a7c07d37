using System.Diagnostics;
using OAuthServer.Http;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OAuthServer.Hosting;

/// <summary>Traces, metrics and logs to an OpenTelemetry collector, OTLP over HTTP. Without an address nothing of it is started.</summary>
public static class Telemetry
{
    static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", ServerMetrics.Name];

    static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Authentication",
        "Microsoft.AspNetCore.Authorization", "Microsoft.AspNetCore.RateLimiting", "System.Runtime", "System.Net.Http",
        "Npgsql", "Microsoft.EntityFrameworkCore", ServerMetrics.Name,
    ];

    /// <summary>
    /// The server's own metrics, and their export if an address is set. Call it before other hosted services are added:
    /// they stop in reverse order, and the last spans should still leave.
    /// </summary>
    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder, TelemetryOptions options)
    {
        builder.Services.AddSingleton<ServerMetrics>();
        if (options.OtlpEndpoint is not { } collector)
            return builder;
        builder.Services.AddHostedService(_ => new Export(collector.TrimEnd('/')));
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeFormattedMessage = true;
            logs.SetResourceBuilder(Named(ResourceBuilder.CreateDefault()));
            logs.AddOtlpExporter(to => Address(to, collector.TrimEnd('/'), "logs"));
        });
        return builder;
    }

    static ResourceBuilder Named(ResourceBuilder resource) =>
        resource.AddService(ServerMetrics.Name, serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3));

    // The exporter appends the path by itself only to an address that comes from the environment.
    static void Address(OtlpExporterOptions to, string collector, string signal)
    {
        to.Protocol = OtlpExportProtocol.HttpProtobuf;
        to.Endpoint = new Uri($"{collector}/v1/{signal}");
    }

    /// <summary>The SDK between the start and the stop of the host; its disposal sends what is left.</summary>
    sealed class Export(string collector) : IHostedService
    {
        OpenTelemetrySdk? sdk;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            sdk = OpenTelemetrySdk.Create(telemetry => telemetry
                .ConfigureResource(resource => Named(resource))
                .WithTracing(traces => traces
                    .AddSource(Sources)
                    .SetSampler(new ParentBasedSampler(RequestsOnly.Instance, remoteParentNotSampled: RequestsOnly.Instance))
                    .AddOtlpExporter(to => Address(to, collector, "traces")))
                .WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter(to => Address(to, collector, "metrics"))));
            return Task.CompletedTask;
        }

        // Disposal waits for the collector, and not on the thread that stops the host: the host has a limit of its own.
        public Task StopAsync(CancellationToken cancellationToken) =>
            Task.Run(() => sdk?.Dispose(), CancellationToken.None).WaitAsync(cancellationToken);
    }

    /// <summary>
    /// A trace begins with a request, whatever its caller thinks of tracing. The server's own polling of its tables would
    /// drown those in noise.
    /// </summary>
    sealed class RequestsOnly : Sampler
    {
        internal static readonly RequestsOnly Instance = new();

        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Kind == ActivityKind.Server ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}
