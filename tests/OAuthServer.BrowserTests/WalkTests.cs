using System.Text.Json;
using Microsoft.Playwright;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.BrowserTests;

/// <summary>Whole ways through the pages, as a person goes them.</summary>
[Collection(nameof(ChromiumCollection))]
public sealed class WalkTests(Chromium chromium)
{
    const string NewPassword = "Correct-Staple-9";

    static readonly ProfileSettings Forced = new()
    {
        SecondFactor = new SecondFactorSettings { Browser = BrowserSecondFactor.Always },
    };

    [Fact]
    public async Task From_the_invitation_to_the_tokens_of_an_app()
    {
        await using var scene = await Scene.NewAsync();
        await using var callback = await Callback.StartAsync();
        var user = await scene.UserAsync(Forced, row => row.PasswordHash = null);
        var email = (await user.RowAsync()).Email;
        var app = await scene.AppAsync(callback.Uri);
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();

        // The invitation's link, the first password.
        await scene.InviteAsync(user);
        await page.GotoAsync(await scene.FromMailAsync(email, "^(http://localhost:[0-9]+/reset-password[^ \r\n]+)"));
        await page.GetByLabel("New password", new() { Exact = true }).FillAsync(NewPassword);
        await page.GetByLabel("New password again").FillAsync(NewPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Set password" }).ClickAsync();

        // The profile demands a second factor: the app reads it from the picture.
        var otpauth = await page.ReadQrCodeAsync();
        await page.TypeCodeAsync("Six-digit code", await Steps.CodeOfAsync(otpauth, scene.Server.Clock.GetUtcNow()), "Confirm");
        Assert.Equal(10, await page.Locator("ul.codes li").CountAsync());
        var recoveryCode = await page.Locator("ul.codes li").First.InnerTextAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "I have put them away" }).ClickAsync();
        await page.WaitForURLAsync(scene.Url + "/settings");

        // Out, and in again with the code.
        await page.GotoAsync(scene.Url + "/logout");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(30));
        await page.GotoAsync(scene.AuthorizeUrl(app, callback.Uri));
        await page.TypeNameAndPasswordAsync(user.Username, NewPassword);
        await page.TypeCodeAsync("Six-digit code", await Steps.CodeOfAsync(otpauth, scene.Server.Clock.GetUtcNow()));

        // Consent, and back at the app with a code.
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow", Exact = true }).ClickAsync();
        await page.WaitForURLAsync(url => url.StartsWith(callback.Uri, StringComparison.Ordinal));
        Assert.Equal("the-state", callback.Answer["state"]);
        Assert.Equal(scene.Url, callback.Answer["iss"]);

        var tokens = await scene.Server.TokenAsync(
            TestServer.Outside, ("grant_type", "authorization_code"), ("code", callback.Answer["code"]), ("redirect_uri", callback.Uri),
            ("code_verifier", Scene.Verifier), ("client_id", app.ClientId), ("client_secret", app.Secret));
        tokens.IsAllowed();
        var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(tokens["id_token"]!.Split('.')[1])).RootElement;
        Assert.Equal("the-nonce", claims.GetProperty("nonce").GetString());
        Assert.Equal("urn:oauthserver:acr:2", claims.GetProperty("acr").GetString());
        var refreshed = await scene.Server.TokenAsync(
            TestServer.Outside, ("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"]), ("client_id", app.ClientId), ("client_secret", app.Secret));
        refreshed.IsAllowed();

        // The consent is remembered, the session too: a second app-start asks nothing.
        await page.GotoAsync(scene.AuthorizeUrl(app, callback.Uri));
        await page.WaitForURLAsync(url => url.StartsWith(callback.Uri, StringComparison.Ordinal));

        // The phone is lost: a recovery code does, once.
        await profile.ClearCookiesAsync();
        await page.GotoAsync(scene.Url + "/login");
        await page.TypeNameAndPasswordAsync(user.Username, NewPassword);
        await page.GetByRole(AriaRole.Link, new() { Name = "Use a recovery code" }).ClickAsync();
        await page.TypeCodeAsync("Recovery code", recoveryCode);
        await page.WaitForURLAsync(scene.Url + "/settings");
    }

    [Fact]
    public async Task A_passkey_is_made_in_the_settings_and_opens_the_door_without_name_and_password()
    {
        await using var scene = await Scene.NewAsync();
        var user = await scene.UserAsync();
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();
        await page.AddAuthenticatorAsync();
        await page.GotoAsync(scene.Url + "/login");
        await page.TypeNameAndPasswordAsync(user.Username, user.Password);
        await page.WaitForURLAsync(scene.Url + "/settings");
        await page.GotoAsync(scene.Url + "/settings/passkeys");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("My laptop");
        await page.GiveOwnPasswordAsync(user.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "My laptop" })).ToBeVisibleAsync();

        await profile.ClearCookiesAsync();
        await page.GotoAsync(scene.Url + "/login");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await page.WaitForURLAsync(scene.Url + "/settings");
        await Assertions.Expect(page.GetByText(user.Username).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_forgotten_password_is_replaced_by_a_mailed_link()
    {
        await using var scene = await Scene.NewAsync();
        var user = await scene.UserAsync();
        var email = (await user.RowAsync()).Email;
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();
        await page.GotoAsync(scene.Url + "/login");
        await page.GetByLabel("Username").FillAsync(user.Username);
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Forgotten your password?" }).ClickAsync();
        await page.GetByLabel("Username").FillAsync(user.Username);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send a link" }).ClickAsync();
        await page.GotoAsync(await scene.FromMailAsync(email, "^(http://localhost:[0-9]+/reset-password[^ \r\n]+)"));
        Assert.DoesNotContain("link=", page.Url, StringComparison.Ordinal);
        await page.GetByLabel("New password", new() { Exact = true }).FillAsync(NewPassword);
        await page.GetByLabel("New password again").FillAsync(NewPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Set password" }).ClickAsync();
        await page.WaitForURLAsync(scene.Url + "/settings");
    }

    [Fact]
    public async Task A_security_token_is_reset_in_the_settings_and_comes_by_mail()
    {
        await using var scene = await Scene.NewAsync();
        var user = await scene.UserAsync();
        var app = await scene.Org.AppAsync();
        await scene.Server.NoticeAsync();
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();
        await page.GotoAsync(scene.Url + "/login?to=/settings/security-token");
        await page.TypeNameAndPasswordAsync(user.Username, user.Password);
        await page.WaitForURLAsync(scene.Url + "/settings/security-token");
        await page.GiveOwnPasswordAsync(user.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Reset my security token" }).ClickAsync();
        await Until.TrueAsync(() => Task.FromResult(user.Tokens().Count > 0));
        (await user.LoginAsync(app, TestServer.Outside, user.Tokens()[^1])).IsAllowed();
    }

    [Fact]
    public async Task A_device_is_approved_at_the_page_it_names()
    {
        await using var scene = await Scene.NewAsync();
        var user = await scene.UserAsync();
        var app = await scene.AppAsync("https://app.example/callback");
        var asked = await scene.Server.PostAsync(
            TestServer.Outside, "/services/oauth2/device_authorization", ("client_id", app.ClientId), ("client_secret", app.Secret), ("scope", "openid api"));
        asked.IsAllowed();
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();
        await page.GotoAsync(asked["verification_uri"]!);
        await page.TypeNameAndPasswordAsync(user.Username, user.Password);
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync(asked["user_code"]!.ToLowerInvariant());
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, connect" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Connected", Exact = true })).ToBeVisibleAsync();
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(10));
        var tokens = await scene.Server.TokenAsync(
            TestServer.Outside, ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", asked["device_code"]), ("client_id", app.ClientId), ("client_secret", app.Secret));
        tokens.IsAllowed();
    }

    [Fact]
    public async Task An_unknown_browser_is_made_known_by_a_mailed_code()
    {
        await using var scene = await Scene.NewAsync();
        var user = await scene.UserAsync(change: row => row.FirstLoginAt = row.CreatedAt);
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();
        await page.GotoAsync(scene.Url + "/login");
        await page.TypeNameAndPasswordAsync(user.Username, user.Password);
        await page.TypeCodeAsync("Eight-digit code", await scene.FromMailAsync((await user.RowAsync()).Email, "^([0-9]{8})\r?$"));
        await page.WaitForURLAsync(scene.Url + "/settings");
    }

    [Fact]
    public async Task Worked_example_13_who_must_use_single_sign_on_is_told_why_there_is_no_token()
    {
        await using var scene = await Scene.NewAsync();
        var user = await scene.UserAsync(new ProfileSettings { Sso = SsoMode.Required });
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();
        await page.GotoAsync(scene.Url + "/login");
        await page.TypeNameAndPasswordAsync(user.Username, user.Password);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        Assert.DoesNotContain("/settings", page.Url, StringComparison.Ordinal);

        // As the identity provider's assertion would sign in.
        var signedIn = new TestBrowser(scene.Server);
        await signedIn.SignInAsync(user, Proof.SsoAssertion);
        await profile.AddCookiesAsync(signedIn.Cookies.Select(cookie => new Cookie { Name = cookie.Key, Value = cookie.Value, Url = scene.Url }));
        await page.GotoAsync(scene.Url + "/settings/security-token");
        await Assertions.Expect(page.GetByText("You have no security token because you sign in through your company's identity provider")).ToBeVisibleAsync();
        Assert.Equal(0, await page.GetByRole(AriaRole.Button, new() { Name = "Reset my security token" }).CountAsync());
    }

    [Fact]
    public async Task Worked_example_14_who_is_for_programs_only_does_not_get_in_by_the_browser()
    {
        await using var scene = await Scene.NewAsync();
        var user = await scene.UserAsync(new ProfileSettings { ApiOnly = true });
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();
        await page.GotoAsync(scene.Url + "/login");
        await page.TypeNameAndPasswordAsync(user.Username, user.Password);
        await Assertions.Expect(page.GetByText("Reference").First).ToBeVisibleAsync();
        await page.GotoAsync(scene.Url + "/settings");
        await Assertions.Expect(page.GetByLabel("Username")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Apaches_mod_auth_openidc_protects_a_page_through_this_server()
    {
        await using var scene = await Scene.NewAsync();
        var user = await scene.UserAsync();
        var port = FreePort.Next();
        var app = await scene.AppAsync(Apache.CallbackOf(port));
        await using var apache = await Apache.StartAsync(scene.Url, app.ClientId, app.Secret, port);
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();
        await page.GotoAsync(apache.Url + "/");
        await page.TypeNameAndPasswordAsync(user.Username, user.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "The protected page" })).ToBeVisibleAsync();
    }
}
