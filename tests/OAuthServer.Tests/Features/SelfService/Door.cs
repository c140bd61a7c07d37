using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Features.Shared;
using OAuthServer.Policy;
using OAuthServer.Tests.Accounts;
using OAuthServer.Tokens;

namespace OAuthServer.Tests.Features.SelfService;

/// <summary>Calls an endpoint as a caller who has been let in already.</summary>
static class Door
{
    static readonly ServiceProvider Services = new ServiceCollection().AddLogging().BuildServiceProvider();

    internal static async Task<Me> MeAsync(
        AccountScene scene, ProfileFacts? profile = null, LoginChannel channel = LoginChannel.PasswordGrant, DateTimeOffset? authenticatedAt = null)
    {
        var now = scene.Clock.GetUtcNow();
        var token = new AccessTokenInfo
        {
            Jti = "j",
            GrantId = "g",
            UserId = scene.Ada,
            OrgId = scene.Org.Id,
            ClientId = "loader",
            Channel = channel,
            Scope = "api",
            Audience = "a",
            Proven = Proof.Password,
            ProfileVersion = 1,
            AuthenticatedAt = authenticatedAt ?? now,
            IssuedAt = now,
            ExpiresAt = now.AddHours(1),
        };
        return new(token, await scene.UserAsync(scene.Ada), profile ?? scene.Profile, scene.Org, IsFromTrustedOrigin: false);
    }

    internal static DefaultHttpContext Request(Me me, string? json = null, string contentType = "application/json", string query = "")
    {
        var http = new DefaultHttpContext { RequestServices = Services };
        http.Features.Set(me);
        http.Request.QueryString = new(query);
        if (json is not null)
        {
            http.Request.ContentType = contentType;
            http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
        }
        http.Response.Body = new MemoryStream();
        return http;
    }

    internal static async Task<Answer> ExecuteAsync(this DefaultHttpContext http, IResult result)
    {
        await result.ExecuteAsync(http);
        var text = Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray());
        return new(http.Response.StatusCode, http.Response, text);
    }

    internal sealed record Answer(int Status, HttpResponse Response, string Text)
    {
        internal JsonElement Json => JsonDocument.Parse(Text).RootElement;

        /// <summary>The last part of a problem's type.</summary>
        internal string? Problem => Json.GetProperty("type").GetString()?.Split(':')[^1];
    }
}
