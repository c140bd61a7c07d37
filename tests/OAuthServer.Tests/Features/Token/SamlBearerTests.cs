using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.Xml;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;
using static OAuthServer.Tests.Features.Token.SamlBearerScene;

namespace OAuthServer.Tests.Features.Token;

/// <summary>SAML bearer (RFC 7522): assertions about users, of an app or of a provider of its organization.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SamlBearerTests(Servers servers)
{
    const string Invalid = "The assertion is malformed, names nobody here, is not signed";
    const string EntityId = "https://idp.corp.test/saml";

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_app_signs_for_a_user_who_has_allowed_it(string database)
    {
        foreach (var salesforce in new[] { false, true })
        {
            using var scene = await SceneAsync(salesforce, database: database);
            var answer = await scene.SendSamlAsync(scene.Honest());
            answer.IsAllowed();
            Assert.Equal("api openid", answer["scope"]);
            Assert.Null(answer["refresh_token"]);
            Assert.Null(answer["id_token"]);
            var record = await scene.Server.RecordAsync(answer);
            Assert.Equal((scene.User.Id, LoginChannel.SamlBearer, Proof.ClientAssertion), (record.UserId, record.Channel, record.Proven));
            (await scene.SendSamlAsync(scene.Honest(subject: RecordId.Long(scene.User.Id)))).IsAllowed();
            (await scene.SendSamlAsync(scene.Honest(), scene.App)).IsAllowed();
        }
    }

    [Fact]
    public async Task A_key_that_is_bound_to_another_algorithm_signs_no_xml()
    {
        using var scene = await SceneAsync(algorithm: "PS256");
        await scene.RefusedAsync(
            await scene.SendSamlAsync(scene.Honest()), "invalid_grant", Invalid, DenyReason.ClientAssertionRejected, AssertionFlaw.WrongIssuer, LoginChannel.SamlBearer);
    }

    [Fact]
    public async Task Elliptic_curves_sign_too()
    {
        using var scene = await SceneAsync(algorithm: "ES256");
        (await scene.SendSamlAsync(Form(SignedByCurve(scene.Assertion(), (ECDsa)scene.Key.Key)))).IsAllowed();
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await scene.RefusedAsync(
            await scene.SendSamlAsync(Form(SignedByCurve(scene.Assertion(), stranger))), "invalid_grant", Invalid, DenyReason.ClientAssertionRejected, AssertionFlaw.SignatureInvalid,
            LoginChannel.SamlBearer);
    }

    [Theory, InlineData("https://login.salesforce.com"), InlineData("https://test.salesforce.com/")]
    public async Task In_the_salesforce_dialect_it_may_be_meant_for_the_vendors_login_as_long_as_it_is_sent_to_this_server(string audience)
    {
        foreach (var salesforce in new[] { false, true })
        {
            using var scene = await SceneAsync(salesforce);
            var meant = scene.Assertion().Replace($">{BearerScene.Issuer}<", $">{audience}<", StringComparison.Ordinal);
            var elsewhere = meant.Replace(TokenUrl, audience.TrimEnd('/') + "/services/oauth2/token", StringComparison.Ordinal);
            await scene.RefusedAsync(
                await scene.SendSamlAsync(elsewhere.Signed(scene.Key)), "invalid_grant", salesforce ? "invalid assertion" : "audience is invalid", DenyReason.ClientAssertionRejected,
                salesforce ? AssertionFlaw.WrongRecipient : AssertionFlaw.WrongAudience, LoginChannel.SamlBearer);
            Assert.Equal(salesforce, (await scene.SendSamlAsync(meant.Signed(scene.Key))).Status == HttpStatusCode.OK);
        }
    }

    /// <summary>By hand, as the platform's SignedXml signs with RSA only.</summary>
    static string SignedByCurve(string assertion, ECDsa key)
    {
        var digest = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(assertion))));
        var info = $"""
            <SignedInfo xmlns="{SamlNames.Signature}"><CanonicalizationMethod Algorithm="{SamlNames.ExclusiveCanonicalization}"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/><Reference URI="#_assertion"><Transforms><Transform Algorithm="{SamlNames.EnvelopedSignature}"/><Transform Algorithm="{SamlNames.ExclusiveCanonicalization}"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>{digest}</DigestValue></Reference></SignedInfo>
            """;
        var value = Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(Canonical(info)), HashAlgorithmName.SHA256));
        return assertion.Replace("</saml:Issuer>", $"</saml:Issuer><Signature xmlns=\"{SamlNames.Signature}\">{info}<SignatureValue>{value}</SignatureValue></Signature>", StringComparison.Ordinal);
    }

    static string Canonical(string xml)
    {
        var transform = new XmlDsigExcC14NTransform();
        transform.LoadInput(new MemoryStream(Encoding.UTF8.GetBytes(xml)));
        using var reader = new StreamReader((Stream)transform.GetOutput(typeof(Stream)));
        return reader.ReadToEnd();
    }

    [Theory]
    [InlineData("audience", AssertionFlaw.WrongAudience, "audience is invalid", "audience is invalid")]
    [InlineData("recipient", AssertionFlaw.WrongRecipient, Invalid, "invalid assertion")]
    [InlineData("expired", AssertionFlaw.Expired, "The assertion has expired", "expired authorization code")]
    [InlineData("long", AssertionFlaw.TooLongLived, "The assertion is not valid yet, or for too long", "invalid assertion")]
    [InlineData("stranger", AssertionFlaw.SignatureInvalid, Invalid, "invalid assertion")]
    [InlineData("unsigned", AssertionFlaw.NotSigned, Invalid, "invalid assertion")]
    [InlineData("changed", AssertionFlaw.SignatureInvalid, Invalid, "invalid assertion")]
    [InlineData("unconfirmed", AssertionFlaw.SubjectNotConfirmed, Invalid, "invalid assertion")]
    [InlineData("nobody", AssertionFlaw.NoSubject, Invalid, "invalid assertion")]
    public async Task What_is_wrong_with_an_apps_assertion_is_recorded_and_told_in_both_dialects(string how, AssertionFlaw flaw, string inStandardWords, string inSalesforceWords)
    {
        foreach (var salesforce in new[] { false, true })
        {
            using var scene = await SceneAsync(salesforce);
            using var stranger = new ClientKey("RS256");
            var honest = scene.Assertion();
            var sent = how switch
            {
                "audience" => honest.Replace($">{BearerScene.Issuer}<", ">https://other.test<", StringComparison.Ordinal).Signed(scene.Key),
                "recipient" => honest.Replace(TokenUrl, TokenUrl + "/x", StringComparison.Ordinal).Signed(scene.Key),
                "expired" => honest.Replace(scene.At(5), scene.At(-4), StringComparison.Ordinal).Signed(scene.Key),
                "long" => honest.Replace(scene.At(5), scene.At(20), StringComparison.Ordinal).Signed(scene.Key),
                "stranger" => honest.Signed(stranger),
                "unsigned" => Form(honest),
                "changed" => Form(new Federation.Saml.SamlSigner { Key = scene.Key.Key }.SignElement(honest, "_assertion").Replace(scene.User.Username, "admin@example.test", StringComparison.Ordinal)),
                "unconfirmed" => honest.Replace(":bearer", ":sender-vouches", StringComparison.Ordinal).Signed(scene.Key),
                _ => honest.Replace(scene.User.Username, "", StringComparison.Ordinal).Signed(scene.Key),
            };
            await scene.RefusedAsync(
                await scene.SendSamlAsync(sent), "invalid_grant", salesforce ? inSalesforceWords : inStandardWords, DenyReason.ClientAssertionRejected, flaw, LoginChannel.SamlBearer);
        }
    }

    [Fact]
    public async Task What_is_no_assertion_at_all_is_no_apps_and_no_providers()
    {
        using var scene = await SceneAsync();
        (string Text, AssertionFlaw Flaw)[] cases =
        [
            ("a", AssertionFlaw.Malformed), (Form("<a/>"), AssertionFlaw.NotOneAssertion), (Form("<!DOCTYPE a>" + scene.Assertion()), AssertionFlaw.DocumentType),
            (Form(scene.Assertion(subject: "a<!-- -->b")), AssertionFlaw.MixedContent), (Form(scene.Assertion(EntityId)), AssertionFlaw.WrongIssuer),
        ];
        foreach (var (text, flaw) in cases)
        {
            await scene.RefusedAsync(await scene.SendSamlAsync(text, scene.App), "invalid_grant", Invalid, DenyReason.AssertionRejected, flaw, LoginChannel.SamlBearer);
            (await scene.SendSamlAsync(text)).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        }
        (await scene.Scene.TokenAsync(("grant_type", BearerScene.SamlBearer))).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_several_uses_of_one_assertion_at_once_one_wins(string database)
    {
        using var scene = await SceneAsync(database: database);
        using var idp = new ClientKey("RS256");
        await scene.LinkAsync(await scene.Org.SamlProviderAsync(idp, EntityId), "alice");
        foreach (var (text, app, reason) in new[] { (scene.Honest(), null, DenyReason.ClientAssertionRejected), (scene.Honest(idp, EntityId, "alice"), scene.App, DenyReason.AssertionRejected) })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => scene.SendSamlAsync(text, app)));
            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            foreach (var refused in answers.Where(answer => answer.Status != HttpStatusCode.OK))
                await scene.RefusedAsync(refused, "invalid_grant", Invalid, reason, AssertionFlaw.Replayed, LoginChannel.SamlBearer);
        }
    }

    [Fact]
    public async Task The_user_must_have_approved_and_the_rules_hold()
    {
        using var scene = await SceneAsync(true, profile: new() { LoginRanges = ["127.0.10.0/24"] }, approved: null);
        await scene.RefusedAsync(
            await scene.SendSamlAsync(scene.Honest()), "invalid_grant", "user hasn't approved this consumer", DenyReason.AppNotApprovedForUser, channel: LoginChannel.SamlBearer);
        await scene.RefusedAsync(
            await scene.SendSamlAsync(scene.Honest(subject: "nobody@example.test")), "invalid_grant", "user hasn't approved this consumer", DenyReason.UnknownUser, channel: LoginChannel.SamlBearer);
        await scene.ApproveAsync(scene.User.Id, "api refresh_token");
        (await scene.SendSamlAsync(scene.Honest())).IsAllowed();
        await scene.RefusedAsync(
            await scene.SendSamlAsync(scene.Honest(), from: TestServer.Outside), "invalid_grant", "ip restricted or invalid login hours", DenyReason.OutsideLoginRanges, channel: LoginChannel.SamlBearer);
        await scene.Scene.ChangeUserAsync(user => user.Status = UserStatus.Frozen);
        await scene.RefusedAsync(await scene.SendSamlAsync(scene.Honest()), "inactive_user", "user is inactive", DenyReason.UserFrozen, channel: LoginChannel.SamlBearer);
    }

    [Fact]
    public async Task An_assertion_of_the_organizations_provider_opens_the_linked_account_for_an_app_that_proves_itself()
    {
        using var scene = await SceneAsync(profile: new() { Sso = SsoMode.Required });
        using var idp = new ClientKey("RS256");
        var provider = await scene.Org.SamlProviderAsync(idp, EntityId, settings => settings with { SecondFactors = ["urn:two-factors"] });
        await scene.LinkAsync(provider, "alice");
        var password = await scene.Scene.LoginAsync();
        Assert.Equal(DenyReason.SsoRequired, (await scene.Server.RecordAsync(password)).Reason);
        var answer = await scene.SendSamlAsync(scene.Honest(idp, EntityId, "alice"), scene.App);
        answer.IsAllowed();
        var record = await scene.Server.RecordAsync(answer);
        Assert.Equal((scene.User.Id, Proof.SsoAssertion | Proof.SsoSecondFactor, provider.Id), (record.UserId, record.Proven, record.ProviderId));
        (await scene.SendSamlAsync(scene.Honest())).IsAllowed(); // and one of the app itself
        var ownName = scene.Assertion(EntityId, "alice", "_own").Replace($">{BearerScene.Issuer}<", $">{BearerScene.Issuer}{provider.Path}<", StringComparison.Ordinal);
        (await scene.SendSamlAsync(ownName.Signed(idp, "_own"), scene.App)).IsAllowed();

        (await scene.SendSamlAsync(scene.Honest(idp, EntityId, "alice"))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        using var stranger = new ClientKey("RS256");
        foreach (var forged in new[] { scene.Honest(stranger, EntityId, "alice"), scene.Honest(scene.Key, EntityId, "alice") })
        {
            record = await scene.RefusedAsync(await scene.SendSamlAsync(forged, scene.App), "invalid_grant", Invalid, DenyReason.AssertionRejected, AssertionFlaw.SignatureInvalid, LoginChannel.SamlBearer);
            Assert.Equal((null, provider.Id), (record.UserId, record.ProviderId));
        }
        await scene.RefusedAsync(
            await scene.SendSamlAsync(scene.Honest(idp, EntityId, "bob"), scene.App), "invalid_grant", Invalid, DenyReason.AssertionRejected, AssertionFlaw.NoAccount, LoginChannel.SamlBearer);
        var atTheDoor = scene.Assertion(EntityId, "alice").Replace(TokenUrl, $"{BearerScene.Issuer}{provider.Path}/acs", StringComparison.Ordinal).Signed(idp);
        await scene.RefusedAsync(await scene.SendSamlAsync(atTheDoor, scene.App), "invalid_grant", Invalid, DenyReason.AssertionRejected, AssertionFlaw.WrongRecipient, LoginChannel.SamlBearer);
    }

    [Fact]
    public async Task Another_organizations_provider_is_nobody_and_so_is_its_user()
    {
        using var scene = await SceneAsync();
        using var idp = new ClientKey("RS256");
        using var others = new ClientKey("RS256");
        var other = await TestOrg.AddAsync(scene.Server);
        var elsewhere = await other.SamlProviderAsync(others, "https://idp.other.test/saml");
        await scene.LinkAsync(elsewhere, "alice"); // an identity that should not be there
        await scene.LinkAsync(await scene.Org.SamlProviderAsync(idp, EntityId), "alice", (await other.UserAsync()).Id);
        var record = await scene.RefusedAsync(
            await scene.SendSamlAsync(scene.Honest(others, "https://idp.other.test/saml", "alice"), scene.App), "invalid_grant", Invalid, DenyReason.AssertionRejected,
            AssertionFlaw.WrongIssuer, LoginChannel.SamlBearer);
        Assert.Null(record.ProviderId);
        await scene.RefusedAsync(
            await scene.SendSamlAsync(scene.Honest(idp, EntityId, "alice"), scene.App), "invalid_grant", Invalid, DenyReason.AssertionRejected, AssertionFlaw.OtherOrganization, LoginChannel.SamlBearer);
        // Two organizations may share a provider's name, and still each has its own keys for it.
        await other.SamlProviderAsync(others, EntityId);
        await scene.RefusedAsync(
            await scene.SendSamlAsync(scene.Honest(others, EntityId, "alice"), scene.App), "invalid_grant", Invalid, DenyReason.AssertionRejected, AssertionFlaw.SignatureInvalid, LoginChannel.SamlBearer);
    }

    [Fact]
    public async Task An_assertion_makes_no_account_here_whatever_the_provider_may_do_at_a_sign_in()
    {
        using var scene = await SceneAsync();
        using var idp = new ClientKey("RS256");
        var profile = await scene.Org.ProfileAsync(new());
        await scene.Org.SamlProviderAsync(idp, EntityId, settings => settings with
        {
            Provisioning = new() { Creates = true, DefaultProfile = profile.Name, Claims = new() { Username = ["mail"], Email = ["mail"] } },
        });
        var name = $"new{Guid.NewGuid():N}@corp.test";
        string Fresh()
        {
            var id = NewId();
            return scene.Assertion(EntityId, "carol", id).Replace(
                "</saml:Assertion>", $"<saml:AttributeStatement><saml:Attribute Name=\"mail\"><saml:AttributeValue>{name}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>",
                StringComparison.Ordinal).Signed(idp, id);
        }
        await scene.RefusedAsync(await scene.SendSamlAsync(Fresh(), scene.App), "invalid_grant", Invalid, DenyReason.AssertionRejected, AssertionFlaw.NoAccount, LoginChannel.SamlBearer);
        await scene.Scene.ChangeSettingsAsync(settings => settings with { Preapproval = new() { Required = true, Profiles = [profile.Name] } });
        await scene.RefusedAsync(await scene.SendSamlAsync(Fresh(), scene.App), "invalid_grant", Invalid, DenyReason.AssertionRejected, AssertionFlaw.NoAccount, LoginChannel.SamlBearer);
        await using var db = scene.Server.Database.NewContext();
        Assert.False(await db.Users.AnyAsync(user => user.Username == name, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_public_app_brings_a_providers_assertion_under_its_name()
    {
        using var scene = await SceneAsync(change: settings => settings with { AuthMethods = [ClientAuthMethod.None] });
        using var idp = new ClientKey("RS256");
        await scene.LinkAsync(await scene.Org.SamlProviderAsync(idp, EntityId), "alice");
        (await scene.Server.TokenAsync(TestServer.Office, ("grant_type", BearerScene.SamlBearer), ("assertion", scene.Honest(idp, EntityId, "alice")), ("client_id", scene.App.ClientId))).IsAllowed();
    }

    async Task<BearerScene> SceneAsync(
        bool salesforce = false, Func<AppSettings, AppSettings>? change = null, ProfileSettings? profile = null, string algorithm = "RS256",
        string? approved = "api openid offline_access", string database = "SQLite") =>
        await BearerScene.NewAsync(await servers.OnAsync(database), salesforce, change, profile, algorithm, approved);
}
