using OAuthServer.Tests.Support.Providers;
using static OAuthServer.Tests.Federation.MessageReading;
using static OAuthServer.Tests.Federation.SamlMessages;

namespace OAuthServer.Tests.Federation;

/// <summary>Single logout at the identity provider of the SAML tests, begun at either side.</summary>
public sealed class SimpleSamlLogoutTests
{
    [Fact]
    public async Task A_sign_out_there_goes_by_the_service_provider_and_returns()
    {
        await using var idp = await SimpleSaml.StartAsync(Alice);
        await idp.TrustAsync((Sp with { SingleLogoutService = Logout }).ToString());
        using var visitor = new ProviderVisitor(idp.Url);
        var name = One(Read((await visitor.SignInAsync(idp.IdpInitiatedUrl(Sp.EntityId), "alice", "her:secret"))["SAMLResponse"]!), "//a:NameID").InnerText;

        var sent = await visitor.GoAsync(idp.IdpInitiatedLogoutUrl("https://sp.example/goodbye"));
        Assert.StartsWith(Logout + "?SAMLRequest=", sent.Url.AbsoluteUri, StringComparison.Ordinal);
        Assert.True(IsSignedAddress(sent, idp.Settings.Certificate));
        var request = Inflated(sent["SAMLRequest"]!);
        Assert.Equal(name, One(request, "/p:LogoutRequest/a:NameID").InnerText);

        var answer = Deflated("SAMLResponse", LogoutResponse(idp, request.DocumentElement!.GetAttribute("ID"))) + "&RelayState=" + Uri.EscapeDataString(sent["RelayState"]!);
        var end = await visitor.GoAsync(idp.SingleLogoutUrl + "?" + answer);
        Assert.Equal("https://sp.example/goodbye", end.Url.AbsoluteUri);
        Assert.True((await visitor.GoAsync(idp.IdpInitiatedUrl(Sp.EntityId))).Fields.ContainsKey("password"));
    }

    [Fact]
    public async Task A_sign_out_at_the_service_provider_is_answered()
    {
        var key = SigningCertificate.New("SP");
        await using var idp = await SimpleSaml.StartAsync(Alice);
        await idp.TrustAsync((Sp with { SingleLogoutService = Logout, Signing = key }).ToString());
        using var visitor = new ProviderVisitor(idp.Url);
        var name = One(Read((await visitor.SignInAsync(idp.IdpInitiatedUrl(Sp.EntityId), "alice", "her:secret"))["SAMLResponse"]!), "//a:NameID");
        await idp.ChangeAsync(settings => settings with { VerifyRequests = true });

        var unsigned = await visitor.GoAsync($"{idp.SingleLogoutUrl}?{Deflated("SAMLRequest", LogoutRequest(idp, name))}");
        Assert.Contains("no signature found on message", unsigned.Html, StringComparison.Ordinal);
        var answer = await visitor.GoAsync($"{idp.SingleLogoutUrl}?{Signed(Deflated("SAMLRequest", LogoutRequest(idp, name)) + "&RelayState=the-state", key)}");

        Assert.StartsWith(Logout + "?SAMLResponse=", answer.Url.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("the-state", answer["RelayState"]);
        Assert.True(IsSignedAddress(answer, idp.Settings.Certificate));
        Assert.Equal("_the-logout", Inflated(answer["SAMLResponse"]!).DocumentElement!.GetAttribute("InResponseTo"));
        Assert.True((await visitor.GoAsync(idp.IdpInitiatedUrl(Sp.EntityId))).Fields.ContainsKey("password"));
    }
}
