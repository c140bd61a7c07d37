using System.Text;
using OAuthServer.Apps;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Policy;
using OAuthServer.Tests.Federation.Saml;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Token;

/// <summary>The SAML response of a single sign-on for a token (contract, section 4.5 b), as nforce sends it.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SalesforceSamlTests(Servers servers)
{
    internal const string EntityId = "https://idp.corp.test/saml";
    const string WebSingleSignOn = "urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser";

    [Fact]
    public async Task A_response_that_was_made_for_the_token_endpoint_opens_the_linked_account_once()
    {
        using var idp = new ClientKey("RS256");
        using var scene = await SceneAsync(idp);
        var assertion = Signed(scene.Bearer, scene.Provider, idp);
        var answer = await SendAsync(scene.Bearer, assertion);
        answer.IsAllowed();
        Assert.Null(answer["refresh_token"]);
        Assert.NotNull(answer["signature"]);
        var record = await scene.Bearer.Server.RecordAsync(answer);
        Assert.Equal((scene.Bearer.User.Id, LoginChannel.SamlBearer, Proof.SsoAssertion, scene.Provider.Id), (record.UserId, record.Channel, record.Proven, record.ProviderId));
        await RefusedAsync(scene.Bearer, await SendAsync(scene.Bearer, assertion), AssertionFlaw.Replayed);
    }

    [Fact]
    public async Task Of_several_uses_at_once_one_wins()
    {
        using var idp = new ClientKey("RS256");
        using var scene = await SceneAsync(idp);
        var assertion = Signed(scene.Bearer, scene.Provider, idp);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(scene.Bearer, assertion)));
        Assert.Single(answers, answer => answer.Status == System.Net.HttpStatusCode.OK);
    }

    /// <summary>What a browser carries to the consumer service opens nothing here, for who has caught it holds the person's sign-in.</summary>
    [Fact]
    public async Task A_response_to_a_sign_in_is_for_another_address()
    {
        using var idp = new ClientKey("RS256");
        using var scene = await SceneAsync(idp);
        var consumer = $"{BearerScene.Issuer}{scene.Provider.Path}/acs";
        await RefusedAsync(scene.Bearer, await SendAsync(scene.Bearer, Signed(scene.Bearer, scene.Provider, idp, recipient: consumer)), AssertionFlaw.WrongDestination, AssertionFlaw.WrongRecipient);
        await RefusedAsync(scene.Bearer, await SendAsync(scene.Bearer, Signed(scene.Bearer, scene.Provider, idp, audience: BearerScene.Issuer)), AssertionFlaw.WrongAudience);
        await RefusedAsync(scene.Bearer, await SendAsync(scene.Bearer, Signed(scene.Bearer, scene.Provider, idp, request: "_request")), AssertionFlaw.NotAsked);
    }

    [Fact]
    public async Task What_nobody_of_the_organization_has_signed_is_refused()
    {
        using var idp = new ClientKey("RS256");
        using var stranger = new ClientKey("RS256");
        using var scene = await SceneAsync(idp);
        await RefusedAsync(scene.Bearer, await SendAsync(scene.Bearer, Signed(scene.Bearer, scene.Provider, stranger)), AssertionFlaw.SignatureInvalid);
        await RefusedAsync(scene.Bearer, await SendAsync(scene.Bearer, Signed(scene.Bearer, scene.Provider, idp, subject: "bob")), AssertionFlaw.NoAccount);
        await RefusedAsync(scene.Bearer, await SendAsync(scene.Bearer, Signed(scene.Bearer, scene.Provider, idp, issuer: "https://other.test")), AssertionFlaw.WrongIssuer);
        foreach (var text in new[] { "x", "AAAA", Convert.ToBase64String("<a/>"u8), scene.Bearer.Honest(idp, EntityId, "alice") })
            await RefusedAsync(scene.Bearer, await SendAsync(scene.Bearer, text), AssertionFlaw.Malformed);
    }

    [Fact]
    public async Task The_app_proves_itself_and_names_the_profile()
    {
        using var idp = new ClientKey("RS256");
        using var scene = await SceneAsync(idp);
        var bearer = scene.Bearer;
        Task<Answer> Send(params (string, string?)[] form) => bearer.Server.TokenAsync(TestServer.Office, [("grant_type", "assertion"), .. form]);
        (string, string?)[] app = [("client_id", bearer.App.ClientId), ("client_secret", bearer.App.Secret)];
        var assertion = ("assertion", Signed(bearer, scene.Provider, idp));
        (await Send(("assertion_type", WebSingleSignOn), assertion, ("client_id", bearer.App.ClientId))).IsRefused("invalid_client", "invalid client credentials");
        (await Send(("assertion_type", WebSingleSignOn), assertion)).IsRefused("invalid_client_id", "client identifier invalid");
        (await Send([assertion, .. app])).IsRefused("invalid_request", "assertion_type must be");
        (await Send([("assertion_type", WebSingleSignOn), .. app])).IsRefused("invalid_request", "assertion is required.");
        await bearer.Scene.ChangeSettingsAsync(settings => settings with { AuthMethods = [ClientAuthMethod.None] });
        (await Send(("assertion_type", WebSingleSignOn), assertion, ("client_id", bearer.App.ClientId))).IsRefused("invalid_client", "invalid client credentials");
        await bearer.Scene.ChangeSettingsAsync(settings => settings with { AuthMethods = [ClientAuthMethod.ClientSecretPost], Dialect = Dialect.Standard });
        (await Send([("assertion_type", WebSingleSignOn), assertion, .. app])).IsRefused(System.Net.HttpStatusCode.BadRequest, "unsupported_grant_type");
    }

    static async Task RefusedAsync(BearerScene scene, Answer answer, params AssertionFlaw[] flaws)
    {
        answer.IsRefused("invalid_grant", "");
        Assert.Contains(answer["error_description"], new[] { "invalid assertion", "audience is invalid" });
        Assert.Contains((await scene.Server.RecordAsync(answer)).AssertionFlaw, flaws.Select(flaw => flaw.ToString()));
    }

    static Task<Answer> SendAsync(BearerScene scene, string assertion) => scene.Server.TokenAsync(
        TestServer.Office, ("grant_type", "assertion"), ("assertion_type", WebSingleSignOn), ("assertion", assertion), ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret));

    internal static string Signed(
        BearerScene scene, ProviderEntry provider, ClientKey key, string? recipient = null, string? audience = null, string subject = "alice", string issuer = EntityId, string? request = null)
    {
        var id = SamlBearerScene.NewId();
        var to = recipient ?? SamlBearerScene.TokenUrl;
        var answers = request is null ? "" : $" InResponseTo=\"{request}\"";
        var assertion = scene.Assertion(issuer, subject, id)
            .Replace($"Recipient=\"{SamlBearerScene.TokenUrl}\"", $"Recipient=\"{to}\"{answers}", StringComparison.Ordinal)
            .Replace($"<saml:Audience>{BearerScene.Issuer}<", $"<saml:Audience>{audience ?? BearerScene.Issuer + provider.Path}<", StringComparison.Ordinal);
        var response = $"""
            <samlp:Response xmlns:samlp="{SamlNames.Protocol}" xmlns:saml="{SamlNames.Assertion}" ID="{SamlBearerScene.NewId()}" Version="2.0" IssueInstant="{scene.At(0)}" Destination="{to}"{answers}><saml:Issuer>{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{SamlNames.Success}"/></samlp:Status>{assertion}</samlp:Response>
            """;
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(new SamlSigner { Key = key.Key }.SignElement(response, id)));
    }

    async Task<Scene> SceneAsync(ClientKey idp)
    {
        var bearer = await BearerScene.NewAsync(await servers.OnAsync("SQLite"), salesforce: true);
        var provider = await bearer.Org.SamlProviderAsync(idp, EntityId);
        await bearer.LinkAsync(provider, "alice");
        return new(bearer, provider);
    }

    sealed record Scene(BearerScene Bearer, ProviderEntry Provider) : IDisposable
    {
        public void Dispose() => Bearer.Dispose();
    }
}
