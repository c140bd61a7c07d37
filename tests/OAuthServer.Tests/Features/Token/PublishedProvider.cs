using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Token;

/// <summary>What an OpenID provider publishes, on loopback: no more is needed to exchange its ID tokens.</summary>
sealed class PublishedProvider : IAsyncDisposable
{
    internal const string ClientId = "our-client";

    readonly WebApplication app;

    PublishedProvider(WebApplication app, string issuer) => (this.app, Issuer) = (app, issuer);

    internal string Issuer { get; }

    internal ClientKey Key { get; } = new("RS256", "idp");

    internal static async Task<PublishedProvider> StartAsync()
    {
        var issuer = $"http://localhost:{FreePort.Next()}";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var provider = new PublishedProvider(builder.Build(), issuer);
        provider.app.Urls.Add(issuer);
        provider.app.MapGet("/.well-known/openid-configuration", () => Results.Text(new JsonObject
        {
            ["issuer"] = issuer,
            ["authorization_endpoint"] = issuer + "/authorize",
            ["token_endpoint"] = issuer + "/token",
            ["jwks_uri"] = issuer + "/keys",
        }.ToJsonString(), "application/json"));
        provider.app.MapGet("/keys", () => Results.Text(new JsonObject { ["keys"] = new JsonArray(provider.Key.PublicJwk()) }.ToJsonString(), "application/json"));
        await provider.app.StartAsync();
        return provider;
    }

    internal JsonObject Claims(DateTimeOffset now, string subject = "alice") => new()
    {
        ["iss"] = Issuer,
        ["sub"] = subject,
        ["aud"] = ClientId,
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
        ["amr"] = new JsonArray("otp"),
        ["jti"] = Guid.NewGuid().ToString(),
    };

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Key.Dispose();
    }
}
