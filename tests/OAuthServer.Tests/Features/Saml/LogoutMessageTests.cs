using System.Net;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Features.Saml;

/// <summary>Logout messages of a provider, written by hand: what it has signed ends its own sessions, and nothing else ends anything.</summary>
[Collection(nameof(SamlServersCollection))]
public sealed class LogoutMessageTests(SamlServers servers)
{
    static readonly Dictionary<string, Func<SignedSaml, string>> Wrong = new(StringComparer.Ordinal)
    {
        ["unsigned"] = saml => Redirected(saml, Request(saml), key: null),
        ["signed by a stranger"] = saml => Redirected(saml, Request(saml), Stranger),
        ["for another address"] = saml => Redirected(saml, Request(saml) with { Destination = saml.Slo + "2" }, IdpKey).With("/slo2?", "/slo?"),
        ["of another issuer"] = saml => Redirected(saml, Request(saml) with { Issuer = "https://other.test" }, IdpKey),
        ["old"] = saml => Redirected(saml, Request(saml) with { IssueInstant = Now.AddMinutes(-9) }, IdpKey),
        ["without a message"] = saml => saml.Provider.Path + "/slo",
        ["that is none"] = saml => saml.Provider.Path + "/slo?SAMLRequest=%26&SigAlg=x&Signature=x",
        ["whose signature was taken off"] = saml => Redirected(saml, Request(saml), IdpKey).Split("&Signature=")[0],
    };

    public static TheoryData<string> Messages => [.. Wrong.Keys];

    [Theory, MemberData(nameof(Messages))]
    public async Task A_message_that_does_not_hold_ends_nothing(string name)
    {
        var saml = await SignedInAsync();
        var page = await saml.Browser.GetAsync(Wrong[name](saml));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("Nobody was signed out by it", page.Html, StringComparison.Ordinal);
        Assert.True(await saml.Browser.IsSignedInAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_ends_the_session_it_names_at_whatever_browser_and_is_answered(bool isPost)
    {
        var saml = await SignedInAsync();
        var other = await SignedSaml.NewAsync(saml.Server, org: saml.Org); // the same person, by way of another provider
        await other.LinkedUserAsync();
        await other.SignInAsync();
        var request = Request(saml);
        var carrier = new TestBrowser(saml.Server); // without our cookies, as frames of other sites are
        var page = isPost
            ? await saml.SendAsync(carrier, "/slo", "cross-site", ("SAMLRequest", SamlRequests.PostField(request, IdpKey)), ("RelayState", "theirs"))
            : await carrier.GetAsync(Redirected(saml, request, IdpKey, "theirs"));
        Assert.StartsWith("https://idp.corp.test/slo?SAMLResponse=", page.Location, StringComparison.Ordinal);
        Assert.Equal("theirs", page.Parameter("RelayState"));
        Assert.NotNull(page.Parameter("Signature"));
        Assert.False(await saml.Browser.IsSignedInAsync());
        Assert.True(await other.Browser.IsSignedInAsync());
    }

    [Fact]
    public async Task Another_session_of_the_person_goes_on_unless_none_is_named()
    {
        var saml = await SignedInAsync();
        await saml.Browser.GetAsync(Redirected(saml, Request(saml) with { SessionIndexes = ["_elsewhere"] }, IdpKey));
        Assert.True(await saml.Browser.IsSignedInAsync());
        await saml.Browser.GetAsync(Redirected(saml, Request(saml) with { Subject = new(Victim, SamlNames.EmailFormat, null, saml.EntityId) }, IdpKey));
        Assert.True(await saml.Browser.IsSignedInAsync());
        await saml.Browser.GetAsync(Redirected(saml, Request(saml) with { SessionIndexes = [] }, IdpKey));
        Assert.False(await saml.Browser.IsSignedInAsync());
    }

    [Fact]
    public async Task A_message_that_is_sent_again_ends_nothing_more()
    {
        var saml = await SignedInAsync();
        var message = Redirected(saml, Request(saml), IdpKey);
        Assert.Equal(HttpStatusCode.Found, (await saml.Browser.GetAsync(message)).Status);
        await saml.SignInAsync(); // the session there has the same index
        Assert.Equal(HttpStatusCode.BadRequest, (await saml.Browser.GetAsync(message)).Status);
        Assert.True(await saml.Browser.IsSignedInAsync());
    }

    [Fact]
    public async Task Who_signs_out_here_is_sent_there_and_comes_back_once()
    {
        var saml = await SignedInAsync();
        var leave = await saml.Browser.PostAsync(await saml.Browser.GetAsync("/logout"), null, ("decision", "out"));
        Assert.StartsWith("https://idp.corp.test/slo?SAMLRequest=", leave.Location, StringComparison.Ordinal);
        Assert.NotNull(leave.Parameter("Signature"));
        Assert.False(await saml.Browser.IsSignedInAsync());
        var handle = leave.Parameter("RelayState")!;
        var answer = new LogoutResponse("_done", Now, saml.Slo, Idp, "_" + handle, SamlNames.Success);
        Assert.Equal("/logout", (await saml.Browser.GetAsync(Redirected(saml, answer, IdpKey, handle))).LocalLocation);
        Assert.Equal("/logout", (await saml.Browser.GetAsync(Redirected(saml, answer, IdpKey, handle))).LocalLocation);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_app_that_signs_out_gets_its_browser_back_from_the_provider(bool isPost)
    {
        var hub = await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"));
        var saml = await SignedSaml.NewAsync(hub.Server, org: hub.Org);
        await saml.LinkedUserAsync();
        await saml.SignInAsync();
        var url = "/services/auth/idp/oidc/logout?post_logout_redirect_uri=" + Uri.EscapeDataString("https://app.example/goodbye") + "&client_id=" + hub.App.ClientId;
        var asked = await saml.Browser.FollowAsync(await saml.Browser.GetAsync(url));
        var leave = await saml.Browser.PostAsync(asked, null, ("decision", "out"));
        Assert.StartsWith("https://idp.corp.test/slo?SAMLRequest=", leave.Location, StringComparison.Ordinal);
        Assert.DoesNotContain("goodbye", leave.Location, StringComparison.Ordinal);
        var handle = leave.Parameter("RelayState")!;
        var answer = new LogoutResponse("_done", Now, saml.Slo, Idp, "_" + handle, SamlNames.Success);
        var forged = await saml.Browser.GetAsync(Redirected(saml, answer with { InResponseTo = "_" + SsoRequests.NewHandle() }, IdpKey, SsoRequests.NewHandle()));
        Assert.Equal("/logout", forged.LocalLocation);
        if (isPost)
        {
            (string, string?)[] form = [("SAMLResponse", SamlRequests.PostField(answer, IdpKey)), ("RelayState", handle)];
            var again = await saml.SendAsync(new(saml.Server), "/slo", "cross-site", form);
            Assert.Contains("name=\"again\"", again.Html, StringComparison.Ordinal);
            Assert.Equal("https://app.example/goodbye", (await saml.SendAsync(saml.Browser, "/slo", "same-origin", [.. form, ("again", "1")])).Location);
        }
        else
        {
            Assert.Equal("https://app.example/goodbye", (await saml.Browser.GetAsync(Redirected(saml, answer, IdpKey, handle))).Location);
        }
    }

    static LogoutRequest Request(SignedSaml saml) =>
        new("_" + Guid.NewGuid().ToString("N"), Now, saml.Slo, Idp, new(Alice, SamlNames.EmailFormat, null, saml.EntityId), ["_session"], Now.AddMinutes(5));

    /// <summary>The path by which a browser brings a message.</summary>
    static string Redirected(SignedSaml saml, SamlMessage message, ServiceProviderKey? key, string? relayState = null) =>
        SamlRequests.RedirectUrl(message, key, relayState) is var url && url.StartsWith(saml.Server.PublicUrl, StringComparison.Ordinal) ? url[saml.Server.PublicUrl.Length..] : url;

    async Task<SignedSaml> SignedInAsync()
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync("SQLite"));
        await saml.LinkedUserAsync();
        await saml.SignInAsync();
        return saml;
    }
}
