using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;
using OAuthServer.Tokens;

namespace OAuthServer.Tests.Features.Token;

/// <summary>An app that signs that it acts for a user, who has allowed it, with honest assertions to be spoilt.</summary>
sealed class BearerScene : IDisposable
{
    public const string Issuer = "http://localhost:5000";
    public const string JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    public const string SamlBearer = "urn:ietf:params:oauth:grant-type:saml2-bearer";

    BearerScene(OAuthScene scene, ClientKey key) => (Scene, Key) = (scene, key);

    public OAuthScene Scene { get; }

    public ClientKey Key { get; }

    public TestServer Server => Scene.Server;

    public TestUser User => Scene.User;

    public TestOrg Org => Scene.Org;

    public TestApp App => Scene.App;

    public DateTimeOffset Now => Server.Clock.GetUtcNow();

    /// <summary>An app with every flow there is, of which its user has allowed api and offline_access.</summary>
    public static async Task<BearerScene> NewAsync(
        TestServer server, bool salesforce = false, Func<AppSettings, AppSettings>? change = null, ProfileSettings? profile = null, string algorithm = "RS256",
        string? approved = "api openid offline_access")
    {
        var key = new ClientKey(algorithm);
        var settings = SettingsOf(key) with { Dialect = salesforce ? Dialect.Salesforce : Dialect.Standard };
        var scene = new BearerScene(await OAuthScene.NewAsync(server, change?.Invoke(settings) ?? settings, profile), key);
        if (approved is not null)
            await scene.ApproveAsync(scene.User.Id, approved);
        return scene;
    }

    public static AppSettings SettingsOf(ClientKey key) => new()
    {
        Flows =
        [
            LoginChannel.AuthorizationCode, LoginChannel.JwtBearer, LoginChannel.SamlBearer, LoginChannel.TokenExchange, LoginChannel.PasswordGrant,
            LoginChannel.ClientCredentials, LoginChannel.RefreshToken,
        ],
        Scopes = ["api", "openid", "profile", "offline_access", "refresh_token"],
        Jwks = key.Jwks,
    };

    /// <summary>As the consent page does.</summary>
    public async Task ApproveAsync(string userId, string scopes)
    {
        var app = await Server.Services.GetRequiredService<AppDirectory>().FindAsync(App.ClientId);
        await Server.Services.GetRequiredService<Consents>().GiveAsync(userId, app!, scopes.Split(' '));
    }

    public async Task WithdrawAsync() => Assert.True(await Server.Services.GetRequiredService<UserGrants>().WithdrawAsync(User.Id, App.Id));

    /// <summary>Claims that hold now.</summary>
    public JsonObject Claims(string? subject = null)
    {
        var claims = ClientKey.Claims(App.ClientId, Issuer, Now);
        claims["sub"] = subject ?? User.Username;
        return claims;
    }

    /// <summary>An honest assertion but for this claim; null leaves it out.</summary>
    public string With(string claim, JsonNode? value)
    {
        var claims = Claims();
        claims.Remove(claim);
        if (value is not null)
            claims[claim] = value;
        return Key.Sign(claims);
    }

    /// <summary>What existing clients make: four claims, and nothing in the header but the algorithm.</summary>
    public string Plain(JsonNode? end, string audience = Issuer) =>
        Key.Sign(new() { ["iss"] = App.ClientId, ["sub"] = User.Username, ["aud"] = audience, ["exp"] = end }, new() { ["alg"] = Key.Algorithm });

    public Task<Answer> SendAsync(string? assertion, string? scope = null, string from = TestServer.Office) =>
        Server.TokenAsync(from, ("grant_type", JwtBearer), ("assertion", assertion), ("scope", scope));

    public Task<Answer> SendHonestAsync(string? subject = null, string from = TestServer.Office) => SendAsync(Key.Sign(Claims(subject)), from: from);

    /// <summary>Told this, and recorded with this exact reason; about the user only where the assertion was the app's own.</summary>
    public async Task<LoginRecord> RefusedAsync(
        Answer answer, string error, string description, DenyReason reason, AssertionFlaw flaw = AssertionFlaw.None, LoginChannel channel = LoginChannel.JwtBearer)
    {
        Assert.True(answer.Reference is not null, $"{(int)answer.Status}: {answer.Text}");
        answer.IsRefused(error, description);
        var record = await Server.RecordAsync(answer);
        Assert.Equal((reason, flaw == AssertionFlaw.None ? null : flaw.ToString(), channel, App.ClientId, Org.Id), (record.Reason, record.AssertionFlaw, record.Channel, record.ClientId, record.OrgId));
        return record;
    }

    public void Dispose() => Key.Dispose();
}
