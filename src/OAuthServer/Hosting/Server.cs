using Microsoft.AspNetCore.Server.Kestrel.Core;
using OAuthServer.Accounts;
using OAuthServer.Administration.Policies;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Features;
using OAuthServer.Features.Authorize;
using OAuthServer.Features.Device;
using OAuthServer.Features.Discovery;
using OAuthServer.Features.EndSession;
using OAuthServer.Features.Identity;
using OAuthServer.Features.Introspection;
using OAuthServer.Features.Oidc;
using OAuthServer.Features.Rest;
using OAuthServer.Features.Revocation;
using OAuthServer.Features.Saml;
using OAuthServer.Features.SelfService;
using OAuthServer.Features.SetupApi;
using OAuthServer.Features.Shared;
using OAuthServer.Features.SingleAccess;
using OAuthServer.Features.Soap;
using OAuthServer.Features.Token;
using OAuthServer.Features.UserInfo;
using OAuthServer.Federation;
using OAuthServer.Hosting.Tls;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Hosting;

/// <summary>
/// The running server: wiring, middleware in order, doors. Owns the start (schema, keys, then listening) and the clean stop. It
/// holds no rule of any kind.
/// </summary>
public static class Server
{
    /// <summary>Builds the server; nothing listens and no database is touched yet.</summary>
    /// <param name="options">Validated deployment facts.</param>
    /// <param name="customize">Replaces services: tests put their clock and mailbox here.</param>
    public static WebApplication Build(ServerOptions options, Action<WebApplicationBuilder>? customize = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "oauthserver", ContentRootPath = AppContext.BaseDirectory });
        // config/server.json is the only configuration: no variable of the environment changes what was validated.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders().AddSimpleConsole(console => { console.SingleLine = true; console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ "; console.UseUtcTimestamp = true; });
        builder.Logging.SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning)
            .AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.None) // would print parameters of failed commands
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning) // the commands say themselves where the server listens
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning); // request lines hold tokens
        // Whoever may log from there gets a span made for every request; without a collector nobody reads it.
        if (options.Telemetry.OtlpEndpoint is null)
            builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.WebHost.UseUrls(options.Listen.Split(';'));
        builder.WebHost.ConfigureKestrel(Limit);
        if (options.Tls is { } tls)
            builder.UseTls(tls);
        builder.AddTelemetry(options.Telemetry);
        builder.Services.AddRequestDecompression();
        builder.Services.AddServer(options);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        customize?.Invoke(builder);
        var app = builder.Build();
        UseMiddleware(app, options);
        MapDoors(app);
        Observe(app.Services);
        return app;
    }

    /// <summary>Brings schema and keys up to date; nothing listens yet.</summary>
    public static async Task PrepareAsync(WebApplication app, CancellationToken cancellation = default)
    {
        await SchemaUpgrade.RunAsync(app.Services.GetRequiredService<Database>(), cancellation);
        await BuiltInApps.EnsureAsync(app.Services.GetRequiredService<Database>(), cancellation);
        await app.Services.GetRequiredService<ChangeWatch>().RefreshAsync();
        // Before anybody is let in: a change whose time ran out while the server was away is not live any more.
        await app.Services.GetRequiredService<Trials>().RevertDueAsync(cancellation);
        app.Services.GetRequiredService<WriteQueue>().Start();
        await app.Services.GetRequiredService<SigningKeyRing>().RotateAsync(cancellation);
    }

    static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
    }

    static void UseMiddleware(WebApplication app, ServerOptions options)
    {
        app.UseRequestSpans();
        app.Use(Failures.Guard);
        app.Use(RequestPath.CollapseSlashes);
        if (new Uri(options.PublicUrl).AbsolutePath is var path && path != "/")
            app.UsePathBase(path);
        app.UseStrictTransport(options);
        app.UseRequestDecompression();
        app.UseRouting();
        app.UsePages();
    }

    static void Observe(IServiceProvider services)
    {
        var metrics = services.GetRequiredService<ServerMetrics>();
        var outbox = services.GetRequiredService<Outbox>();
        var writes = services.GetRequiredService<WriteQueue>();
        var hashing = services.GetRequiredService<PasswordHashing>();
        metrics.ObserveOutboxDepth(() => outbox.Depth);
        metrics.ObserveWriteQueue(() => writes.Depth);
        metrics.ObserveHashQueue(() => hashing.Waiting);
        metrics.ObserveCertificates(services.GetRequiredService<CertificateWatch>().DaysLeft);
    }

    static void MapDoors(WebApplication app)
    {
        var services = app.Services;
        var discovery = services.GetRequiredService<DiscoveryEndpoints>();
        app.Map(Routes.Authorize, services.GetRequiredService<AuthorizeEndpoint>().HandleAsync).WithMetadata(AnswersWithPages.Mark);
        app.Map(Routes.EndSession, services.GetRequiredService<EndSessionEndpoint>().HandleAsync).WithMetadata(AnswersWithPages.Mark);
        app.Map(Routes.PushedAuthorization, services.GetRequiredService<PushedAuthorizationEndpoint>().HandleAsync);
        app.Map(Routes.Token, services.GetRequiredService<TokenEndpoint>().HandleAsync);
        app.Map(Routes.Introspect, services.GetRequiredService<IntrospectionEndpoint>().HandleAsync);
        app.Map(Routes.Revoke, services.GetRequiredService<RevocationEndpoint>().HandleAsync);
        app.Map(Routes.UserInfo, services.GetRequiredService<UserInfoEndpoint>().HandleAsync);
        app.Map(Routes.Identity + "/{org}/{user}", services.GetRequiredService<IdentityEndpoint>().HandleAsync);
        app.Map(Routes.SingleAccess, services.GetRequiredService<SingleAccessEndpoint>().HandleAsync);
        app.MapMethods(Routes.FrontDoor, ["GET"], services.GetRequiredService<FrontDoorEndpoint>().HandleAsync).WithMetadata(AnswersWithPages.Mark);
        services.GetRequiredService<RestDoors>().Map(app);
        services.GetRequiredService<PasswordResource>().Map(app);
        services.GetRequiredService<SoapDoor>().Map(app);
        app.Map(Routes.DeviceAuthorization, services.GetRequiredService<DeviceAuthorizationEndpoint>().HandleAsync);
        string[] read = ["GET", "HEAD"];
        app.MapMethods(Routes.OpenIdConfiguration, read, discovery.MetadataAsync);
        app.MapMethods(Routes.AuthorizationServerMetadata, read, discovery.MetadataAsync);
        // RFC 8414 section 3.1: an issuer's path comes after the well-known name, and so outside the path base.
        if (new Uri(services.GetRequiredService<PublicUrl>().Value).AbsolutePath is var path && path != "/")
            app.MapMethods(Routes.AuthorizationServerMetadata + path, read, discovery.MetadataAsync);
        app.MapMethods(Routes.Keys, read, discovery.KeysAsync);
        services.GetRequiredService<OidcDoors>().Map(app);
        services.GetRequiredService<SamlDoors>().Map(app);
        app.MapSelfService();
        services.GetRequiredService<AdminApi>().Map(app);
        app.MapHealth();
        app.MapPages();
    }
}
