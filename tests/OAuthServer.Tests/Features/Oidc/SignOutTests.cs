using Microsoft.AspNetCore.WebUtilities;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Login;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Federation.Oidc;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Oidc;

/// <summary>Who signs out here is signed out at the provider too (OpenID Connect RP-Initiated Logout 1.0).</summary>
[Collection(nameof(ServersCollection))]
public sealed class SignOutTests(Servers servers)
{
    const string Goodbye = "https://app.example/goodbye";

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_page_leads_by_way_of_the_provider_back_to_itself(string database)
    {
        await using var scene = await SignedInAsync(database);
        var ask = await scene.Browser.GetAsync("/logout");
        Assert.DoesNotContain("form-action", ask.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal); // providers lead on
        var leave = await scene.Browser.PostAsync(ask, null, ("decision", "out"));
        Assert.StartsWith(scene.Fake.Issuer + "/end?tenant=1&", leave.Location, StringComparison.Ordinal);
        Assert.Equal(FakeProvider.ClientId, leave.Parameter("client_id"));
        Assert.Equal("248289761001", AuthorizeScene.Claims(leave.Parameter("id_token_hint")!).GetProperty("sub").GetString());
        Assert.False(await scene.Browser.IsSignedInAsync()); // here at once, whatever happens there
        var back = await scene.Browser.GetAsync(scene.PathOf(leave.Parameter("post_logout_redirect_uri")!) + "?state=" + leave.Parameter("state"));
        Assert.Equal("/logout", back.LocalLocation);
        Assert.Contains("You are signed out", (await scene.Browser.FollowAsync(back)).Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_app_that_signs_out_gets_the_browser_back_afterwards(bool asks)
    {
        var server = await servers.OnAsync("SQLite");
        var hub = await AuthorizeScene.NewAsync(server);
        await using var scene = await OidcScene.NewAsync(server, org: hub.Org);
        await scene.LinkAsync(hub.User.Id);
        scene.Browser = hub.Browser;
        OidcScene.IsIn(await scene.SignInAsync());
        await hub.AllowAsync();
        var hint = (await hub.TokensAsync())["id_token"]!;
        var url = QueryHelpers.AddQueryString("/services/auth/idp/oidc/logout", new Dictionary<string, string?>
        {
            [asks ? "client_id" : "id_token_hint"] = asks ? hub.App.ClientId : hint,
            ["post_logout_redirect_uri"] = Goodbye,
            ["state"] = "a b",
        });
        var leave = await hub.Browser.GetAsync(url);
        if (asks)
            leave = await hub.Browser.PostAsync(await hub.Browser.FollowAsync(leave), null, ("decision", "out"));
        Assert.StartsWith(scene.Fake.Issuer + "/end?", leave.Location, StringComparison.Ordinal);
        Assert.DoesNotContain("goodbye", leave.Location, StringComparison.Ordinal);
        (await hub.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("login_required");
        var path = scene.Provider.Path + "/signed-out?state=" + leave.Parameter("state");
        Assert.Equal("/logout", (await new TestBrowser(server, TestServer.Office).GetAsync(path)).LocalLocation); // another browser
        Assert.Equal(Goodbye + "?state=a%20b", (await hub.Browser.GetAsync(path)).Location);
        Assert.Equal("/logout", (await hub.Browser.GetAsync(path)).LocalLocation); // once
    }

    [Theory]
    [InlineData("switched off")]
    [InlineData("not offered")]
    [InlineData("unreachable")]
    public async Task Where_the_provider_cannot_be_asked_signing_out_here_will_do(string why)
    {
        await using var server = await TestServer.StartAsync();
        await using var scene = await OidcScene.NewAsync(server, settings => settings with { SignsOutThere = why != "switched off" });
        await scene.LinkedUserAsync();
        if (why == "not offered")
            scene.Fake.Discovery = document => document.Remove("end_session_endpoint");
        OidcScene.IsIn(await scene.SignInAsync());
        if (why == "unreachable")
        {
            scene.Fake.Instead["/.well-known/openid-configuration"] = context =>
            {
                context.Response.StatusCode = 500;
                return Task.CompletedTask;
            };
            await server.RestartAsync(); // and has forgotten what it knew
        }
        var done = await scene.Browser.PostAsync(await scene.Browser.GetAsync("/logout"), null, ("decision", "out"));
        Assert.Equal("/logout", done.LocalLocation);
        Assert.False(await scene.Browser.IsSignedInAsync());
    }

    [Fact]
    public async Task Who_signed_in_with_a_password_is_sent_nowhere()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.Browser.SignInAsync(await scene.LinkedUserAsync());
        Assert.Equal("/logout", (await scene.Browser.PostAsync(await scene.Browser.GetAsync("/logout"), null, ("decision", "out"))).LocalLocation);
    }

    [Fact]
    public async Task The_state_of_a_sign_out_signs_nobody_in_and_that_of_a_sign_in_leads_nowhere()
    {
        await using var scene = await SignedInAsync("SQLite");
        var leave = await scene.Browser.PostAsync(await scene.Browser.GetAsync("/logout"), null, ("decision", "out"));
        var page = await scene.Browser.GetAsync($"{scene.Provider.Path}/callback?code=x&iss={Uri.EscapeDataString(scene.Fake.Issuer)}&state={leave.Parameter("state")}");
        await scene.IsRefusedAsync(page, AssertionFlaw.StateUnknown);
        var url = await scene.LeaveAsync(new(SsoPurpose.SignIn, SsoAnswers.Write(new SignInTarget(null, "https://evil.example"))));
        Assert.Equal("/logout", (await scene.Browser.GetAsync($"{scene.Provider.Path}/signed-out?state={OidcScene.Parameter(url, "state")}")).LocalLocation);
        Assert.Equal("/logout", (await scene.Browser.GetAsync($"{scene.Provider.Path}/signed-out?state=a&state=b")).LocalLocation);
    }

    async Task<OidcScene> SignedInAsync(string database)
    {
        var scene = await OidcScene.NewAsync(await servers.OnAsync(database));
        await scene.LinkedUserAsync();
        OidcScene.IsIn(await scene.SignInAsync());
        return scene;
    }
}
