using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Tests.Support;
using OAuthServer.Tests.Support.Providers;

namespace OAuthServer.Tests.Federation;

/// <summary>The OpenID provider of the single sign-on tests does what they rely on.</summary>
public sealed class OidcProviderTests
{
    const string Verifier = "a-verifier-of-at-least-forty-three-characters-0123456789";
    static readonly OidcClient Us = new("us", "https://rp.example/callback") { Secret = "a-secret-of-the-relying-party-0123456789" };

    static readonly OidcAccount Alice = new("alice", "her secret")
    {
        Claims = new() { ["email"] = "alice@example.com", ["email_verified"] = "true", ["given_name"] = "Alice", ["groups"] = new JsonArray("staff") },
        Amr = ["pwd", "otp"],
        Acr = "urn:example:strong",
    };

    [Fact]
    public async Task Discovery_names_the_issuer_and_the_keys_rotate()
    {
        await using var op = await OidcProvider.StartAsync(new());
        using var client = new HttpClient();
        var discovery = await client.GetFromJsonAsync<JsonElement>(op.DiscoveryUrl, TestContext.Current.CancellationToken);
        Assert.Equal(op.Issuer, discovery.GetProperty("issuer").GetString());
        Assert.Equal(op.JwksUrl, discovery.GetProperty("jwks_uri").GetString());
        Assert.Equal(op.EndSessionUrl, discovery.GetProperty("end_session_endpoint").GetString());
        Assert.True(discovery.GetProperty("authorization_response_iss_parameter_supported").GetBoolean());
        Assert.True(discovery.GetProperty("backchannel_logout_session_supported").GetBoolean());

        var first = op.Settings.Keys[0];
        Assert.Equal([first.KeyId], (await KeysAsync(op)).Select(key => key.KeyId));
        var second = await op.RotateKeysAsync();
        Assert.Equal([second.KeyId, first.KeyId], (await KeysAsync(op)).Select(key => key.KeyId));
        var third = await op.RotateKeysAsync(keepOld: false);
        Assert.Equal([third.KeyId], (await KeysAsync(op)).Select(key => key.KeyId));
        Assert.All(await KeysAsync(op), key => Assert.False(key.HasPrivateKey));
    }

    [Fact]
    public async Task A_code_becomes_an_id_token_and_userinfo_has_the_claims()
    {
        await using var op = await OidcProvider.StartAsync(new() { Clients = [Us], Accounts = [Alice] });
        using var visitor = new ProviderVisitor(op.Issuer);
        var asked = await visitor.GoAsync(AuthorizeUrl(op) + "&login_hint=alice");
        Assert.Equal("alice", asked["username"]);
        Assert.Contains("wrong", (await visitor.SubmitAsync(asked, ("password", "not hers"))).Html, StringComparison.Ordinal);
        var back = await visitor.SubmitAsync(asked, ("password", "her secret"));
        Assert.StartsWith(Us.RedirectUri, back.Url.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(("the-state", op.Issuer), (back["state"], back["iss"]));

        var tokens = await TokensAsync(op, back["code"]!);
        var claims = await ClaimsAsync(op, tokens);
        Assert.Equal("the-nonce", claims["nonce"]);
        Assert.Equal("sub-alice", claims["sub"]);
        Assert.Equal("urn:example:strong", claims["acr"]);
        Assert.Equal(["pwd", "otp"], ((IEnumerable<object>)claims["amr"]).Cast<string>());
        Assert.DoesNotContain("email", claims.Keys);
        var information = await UserInfoAsync(op, tokens);
        Assert.Equal("sub-alice", information.GetProperty("sub").GetString());
        Assert.Equal("true", information.GetProperty("email_verified").GetString());
        Assert.Equal("staff", information.GetProperty("groups")[0].GetString());

        // A change is there at once, for tokens that were issued before as well; nobody is asked again.
        await op.ChangeAccountAsync("alice", account => account with { Claims = new() { ["email"] = "new@example.com", ["email_verified"] = true } });
        await op.ChangeAsync(settings => settings with { ClaimsInIdToken = true });
        await op.RotateKeysAsync(keepOld: false);
        Assert.Equal("new@example.com", (await UserInfoAsync(op, tokens)).GetProperty("email").GetString());
        var again = await ClaimsAsync(op, await TokensAsync(op, (await visitor.GoAsync(AuthorizeUrl(op)))["code"]!));
        Assert.Equal(("new@example.com", (object)true), (again["email"], again["email_verified"]));
    }

    [Fact]
    public async Task A_sign_in_can_be_cancelled()
    {
        await using var op = await OidcProvider.StartAsync(new() { Clients = [Us], Accounts = [Alice] });
        using var visitor = new ProviderVisitor(op.Issuer);
        var back = await visitor.SubmitAsync(await visitor.GoAsync(AuthorizeUrl(op)), ("cancel", "yes"));
        Assert.Equal(("access_denied", "the-state", op.Issuer), (back["error"], back["state"], back["iss"]));
    }

    [Fact]
    public async Task A_client_proves_itself_by_a_key_it_publishes()
    {
        using var key = new ClientKey("ES256");
        await using var published = await Loopback.StartAsync(context => context.Response.WriteAsJsonAsync(key.Jwks));
        var client = Us with { Secret = null, Authentication = "private_key_jwt", JwksUri = published.Url };
        await using var op = await OidcProvider.StartAsync(new() { Clients = [client], Accounts = [Alice] });
        using var visitor = new ProviderVisitor(op.Issuer);
        var code = (await visitor.SignInAsync(AuthorizeUrl(op), "alice", "her secret"))["code"]!;
        var assertion = key.Sign(ClientKey.Claims(client.Id, op.Issuer, DateTimeOffset.UtcNow));
        var tokens = await TokensAsync(
            op, code, null, ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", assertion));
        Assert.Equal("sub-alice", (await ClaimsAsync(op, tokens))["sub"]);
    }

    [Fact]
    public async Task A_sign_out_tells_the_back_channel_and_returns()
    {
        var told = new TaskCompletionSource<string>();
        await using var channel = await Loopback.StartAsync(async context => told.TrySetResult((await context.Request.ReadFormAsync())["logout_token"].ToString()));
        await using var op = await OidcProvider.StartAsync(new() { Accounts = [Alice] });
        await op.RegisterAsync(Us with { BackchannelLogoutUri = channel.Url, PostLogoutRedirectUris = ["https://rp.example/goodbye"] });
        using var visitor = new ProviderVisitor(op.Issuer);
        var tokens = await TokensAsync(op, (await visitor.SignInAsync(AuthorizeUrl(op), "alice", "her secret"))["code"]!);

        var ask = await visitor.GoAsync(
            $"{op.EndSessionUrl}?id_token_hint={tokens.GetProperty("id_token").GetString()}&post_logout_redirect_uri=https%3A%2F%2Frp.example%2Fgoodbye&state=out");
        var back = await visitor.SubmitAsync(ask, ("logout", "yes"));

        Assert.Equal("https://rp.example/goodbye?state=out", back.Url.AbsoluteUri);
        var token = new JsonWebToken(await told.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal("logout+jwt", token.Typ);
        Assert.Equal((await ClaimsAsync(op, tokens))["sid"], token.GetPayloadValue<string>("sid"));
        await op.SaysAsync("backchannel.success");
        Assert.True((await visitor.GoAsync(AuthorizeUrl(op))).Fields.ContainsKey("password"));
    }

    [Fact]
    public async Task It_goes_down_and_comes_back_at_the_same_address()
    {
        await using var op = await OidcProvider.StartAsync(new());
        var before = (await KeysAsync(op)).Single().KeyId;
        await op.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => KeysAsync(op));
        await op.StartAgainAsync();
        Assert.Equal(before, (await KeysAsync(op)).Single().KeyId);
    }

    static string AuthorizeUrl(OidcProvider op) =>
        $"{op.Issuer}/auth?response_type=code&client_id={Us.Id}&redirect_uri={Uri.EscapeDataString(Us.RedirectUri)}&scope=openid%20email%20profile"
        + "&state=the-state&nonce=the-nonce&code_challenge_method=S256&code_challenge=" + Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    static Task<JsonElement> TokensAsync(OidcProvider op, string code) =>
        TokensAsync(op, code, new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Us.Id}:{Us.Secret}"))));

    static async Task<JsonElement> TokensAsync(OidcProvider op, string code, AuthenticationHeaderValue? authorization, params (string, string)[] more)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = authorization;
        (string Name, string Value)[] form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Us.RedirectUri), ("code_verifier", Verifier), .. more];
        using var content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var answer = await client.PostAsync(op.Issuer + "/token", content, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{text}\n{op.Log}");
        return JsonDocument.Parse(text).RootElement;
    }

    static async Task<JsonElement> UserInfoAsync(OidcProvider op, JsonElement tokens)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", tokens.GetProperty("access_token").GetString());
        return await client.GetFromJsonAsync<JsonElement>(op.Issuer + "/me", TestContext.Current.CancellationToken);
    }

    static async Task<IDictionary<string, object>> ClaimsAsync(OidcProvider op, JsonElement tokens)
    {
        var verified = await new JsonWebTokenHandler().ValidateTokenAsync(
            tokens.GetProperty("id_token").GetString(), new() { ValidIssuer = op.Issuer, ValidAudience = Us.Id, IssuerSigningKeys = await KeysAsync(op) });
        Assert.True(verified.IsValid, verified.Exception?.Message);
        return verified.Claims;
    }

    static async Task<IList<JsonWebKey>> KeysAsync(OidcProvider op)
    {
        using var client = new HttpClient();
        return new JsonWebKeySet(await client.GetStringAsync(op.JwksUrl, TestContext.Current.CancellationToken)).Keys;
    }

    /// <summary>One address of the relying party that the provider itself calls.</summary>
    sealed class Loopback : IAsyncDisposable
    {
        readonly WebApplication app;

        Loopback(RequestDelegate answer)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            app = builder.Build();
            app.Urls.Add(Url);
            app.Run(answer);
        }

        internal string Url { get; } = $"http://127.0.0.1:{FreePort.Next()}";

        internal static async Task<Loopback> StartAsync(RequestDelegate answer)
        {
            var loopback = new Loopback(answer);
            await loopback.app.StartAsync(TestContext.Current.CancellationToken);
            return loopback;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
