using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Federation.Oidc;

/// <summary>Sign-ins at an honest OpenID provider.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SignInTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_linked_person_signs_in_and_the_session_knows_where_it_came_from(string database)
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync(database));
        var user = await scene.LinkedUserAsync();
        var page = await scene.SignInAsync();
        OidcScene.IsIn(page);
        Assert.Equal(HttpStatusCode.OK, (await scene.Browser.GetAsync("/settings")).Status);
        var record = await scene.Server.RecordAsync(page);
        Assert.Equal((user.Id, Proof.SsoAssertion, null, scene.Provider.Id), (record.UserId, record.Proven, record.AssertionFlaw, record.ProviderId));
        var session = await scene.SessionAsync(user.Id);
        Assert.Equal((scene.Provider.Id, FakeProvider.Subject, "session-1"), (session.ProviderId, session.ProviderSubject, session.ProviderSessionId));
        Assert.StartsWith("ey", scene.Server.Services.GetRequiredService<BrowserSessions>().ProviderOf(session)!.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain(scene.Server.Log.Lines, line => line.Contains("access-token", StringComparison.Ordinal) || line.Contains("eyJ", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_apps_request_goes_on_after_the_sign_in_and_the_id_token_says_how_it_was_made(string database)
    {
        var server = await servers.OnAsync(database);
        var hub = await AuthorizeScene.NewAsync(server);
        await using var scene = await OidcScene.NewAsync(server, settings => settings with { SecondFactors = ["hwk"] }, hub.Org);
        await scene.LinkAsync(hub.User.Id);
        await hub.User.EnrolAsync();
        scene.Browser = hub.Browser;
        await hub.AllowAsync();
        var handle = QueryHelpers.ParseQuery(new Uri("http://x" + (await hub.AuthorizeAsync()).LocalLocation).Query)["request"].ToString();
        scene.Fake.Claims = claims => claims["amr"] = new System.Text.Json.Nodes.JsonArray("pwd", "hwk");
        var back = await scene.SignInAsync(new(SsoPurpose.SignIn, SsoAnswers.Write(new SignInTarget(handle, null))));
        Assert.StartsWith("/services/oauth2/authorize?", back.LocalLocation, StringComparison.Ordinal);
        var app = await hub.Browser.FollowAsync(back);
        Assert.StartsWith(AuthorizeScene.RedirectUri, app.Location, StringComparison.Ordinal);
        var tokens = await hub.RedeemAsync(app.Parameter("code")!);
        tokens.IsAllowed();
        var claims = AuthorizeScene.Claims(tokens["id_token"]!);
        Assert.Equal(StepUp.TwoFactors, claims.GetProperty("acr").GetString());
        Assert.Contains("mfa", claims.GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
    }

    [Fact]
    public async Task What_is_asked_of_the_provider_is_the_code_flow_with_pkce_state_and_nonce()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        var url = await scene.LeaveAsync(loginHint: "jane@corp.example");
        Assert.Equal("code", OidcScene.Parameter(url, "response_type"));
        Assert.Equal("openid profile email", OidcScene.Parameter(url, "scope"));
        Assert.Equal(scene.Server.PublicUrl + scene.Provider.Path + "/callback", OidcScene.Parameter(url, "redirect_uri"));
        Assert.Equal("jane@corp.example", OidcScene.Parameter(url, "login_hint"));
        foreach (var secret in new[] { "state", "nonce", "code_challenge" })
            Assert.Equal(43, OidcScene.Parameter(url, secret).Length);
        Assert.DoesNotContain("prompt=", url, StringComparison.Ordinal);
        var another = await scene.LeaveAsync(new(SsoPurpose.Link, null, null, MustBeNew: true), new string('x', 201));
        Assert.Equal(("login", "0"), (OidcScene.Parameter(another, "prompt"), OidcScene.Parameter(another, "max_age")));
        Assert.DoesNotContain("login_hint", another, StringComparison.Ordinal);
        Assert.NotEqual(OidcScene.Parameter(url, "nonce"), OidcScene.Parameter(another, "nonce"));
    }

    [Theory]
    [InlineData(ProviderAuthMethod.ClientSecretPost)]
    [InlineData(ProviderAuthMethod.PrivateKeyJwt)]
    [InlineData(ProviderAuthMethod.None)]
    public async Task We_prove_ourselves_in_the_way_that_was_agreed(ProviderAuthMethod method)
    {
        await using var scene = await OidcScene.NewAsync(
            await servers.OnAsync("SQLite"), settings => settings with { Oidc = settings.Oidc! with { ClientAuthentication = method } });
        await scene.LinkedUserAsync();
        scene.Fake.IsClient = async (context, form) =>
        {
            Assert.Equal(0, context.Request.Headers.Authorization.Count);
            Assert.Equal(FakeProvider.ClientId, form["client_id"]);
            Assert.Equal(method == ProviderAuthMethod.ClientSecretPost ? FakeProvider.Secret : "", form["client_secret"].ToString());
            return method != ProviderAuthMethod.PrivateKeyJwt || await IsAssertionAsync(scene, form["client_assertion"]!, form["client_assertion_type"]!);
        };
        OidcScene.IsIn(await scene.SignInAsync());
        Assert.Single(scene.Fake.Forms);
    }

    /// <summary>As the provider sees it, with the keys that we publish.</summary>
    static async Task<bool> IsAssertionAsync(OidcScene scene, string assertion, string type)
    {
        var jws = CompactJws.TryParse(assertion)!;
        var set = (await scene.Server.SendAsync(new(HttpMethod.Get, "/id/keys"))).Json;
        var now = scene.Server.Clock.GetUtcNow();
        return type == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            && VerificationKey.FromSet(set).Any(key => key.KeyId == jws.KeyId && jws.IsSignedBy(key))
            && CompactJws.Text(jws.Claims, "iss") == FakeProvider.ClientId && CompactJws.Text(jws.Claims, "sub") == FakeProvider.ClientId
            && CompactJws.Text(jws.Claims, "aud") == scene.Fake.Issuer && CompactJws.Text(jws.Claims, "jti") is { Length: > 16 }
            && jws.Time("exp") > now && jws.Time("exp") <= now.AddMinutes(1);
    }

    [Fact]
    public async Task Without_a_second_factor_there_ours_is_asked_for()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"), settings => settings with { SecondFactors = ["mfa"] });
        var user = await scene.LinkedUserAsync();
        await user.EnrolAsync();
        scene.Browser = new(scene.Server, TestServer.Outside); // where the policy wants one
        var page = await scene.SignInAsync();
        Assert.Equal("/login/code", page.LocalLocation);
        Assert.False(scene.Browser.Cookies.ContainsKey("session"));
        OidcScene.IsIn(await scene.Browser.CodeAsync("/login/code", user.Code()));
        Assert.Equal("session-1", (await scene.SessionAsync(user.Id)).ProviderSessionId);
    }

    [Theory]
    [InlineData("amr")]
    [InlineData("acr")]
    public async Task A_second_factor_there_spares_ours(string claim)
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"), settings => settings with { SecondFactors = ["mfa"] });
        var user = await scene.LinkedUserAsync();
        await user.EnrolAsync();
        scene.Browser = new(scene.Server, TestServer.Outside);
        scene.Fake.Claims = claims => claims[claim] = claim == "amr" ? new System.Text.Json.Nodes.JsonArray("pwd", "mfa") : "mfa";
        OidcScene.IsIn(await scene.SignInAsync());
    }

    [Fact]
    public async Task Keys_of_other_kinds_and_tokens_without_a_key_id_are_taken()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.LinkedUserAsync();
        var (first, second) = (scene.Fake.Key, new ClientKey("ES256", "ec"));
        var third = new ClientKey("PS256", "pss");
        scene.Fake.PublishedKeys = [first.PublicJwk(), second.PublicJwk(), third.PublicJwk()];
        foreach (var key in new[] { second, third, first })
        {
            scene.Fake.Key = key;
            OidcScene.IsIn(await scene.SignInAsync());
            scene.Fake.Sign = claims => key.SignText($"{{\"alg\":\"{key.Algorithm}\"}}", claims.ToJsonString());
            OidcScene.IsIn(await scene.SignInAsync());
            scene.Fake.Sign = null;
        }
    }

    [Fact]
    public async Task Two_tabs_at_one_provider_do_not_disturb_each_other()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.LinkedUserAsync();
        var (one, two) = (await scene.LeaveAsync(), await scene.LeaveAsync());
        OidcScene.IsIn(await scene.ReturnAsync(one));
        OidcScene.IsIn(await scene.ReturnAsync(two));
    }

    [Fact]
    public async Task A_door_of_no_provider_is_a_page_that_says_so()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        foreach (var path in new[] { "/sso/nobody/nothing/callback?state=x", $"/sso/{scene.Provider.Org.Alias}/nothing/callback", $"/sso/{scene.Provider.Org.Alias}/nothing/signed-out" })
        {
            var page = await scene.Browser.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, page.Status);
            Assert.Contains("<html", page.Html, StringComparison.Ordinal);
            Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }
}
