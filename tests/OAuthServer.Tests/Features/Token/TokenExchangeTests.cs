using System.Net;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Token;

/// <summary>Token exchange (RFC 8693): a provider's ID token for an access token of ours.</summary>
[Collection(nameof(ServersCollection))]
public sealed class TokenExchangeTests(Servers servers)
{
    const string Exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    const string IdToken = "urn:ietf:params:oauth:token-type:id_token";
    const string AccessToken = "urn:ietf:params:oauth:token-type:access_token";
    const string Invalid = "The assertion is malformed, names nobody here, is not signed";

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_linked_persons_id_token_is_exchanged_where_passwords_are_refused(string database)
    {
        await using var idp = await PublishedProvider.StartAsync();
        using var scene = await SceneAsync(profile: new() { Sso = SsoMode.Required }, database: database);
        var provider = await ProviderAsync(scene.Org, idp, settings => settings with { SecondFactors = ["otp"] });
        await scene.LinkAsync(provider, "alice");
        var answer = await SendAsync(scene, idp.Key.Sign(idp.Claims(scene.Now)));
        answer.IsAllowed();
        Assert.Equal(["access_token", "issued_token_type", "token_type", "expires_in", "scope"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal((AccessToken, "api openid"), (answer["issued_token_type"], answer["scope"]));
        Assert.Equal(RecordId.Long(scene.User.Id), (await scene.Scene.UserInfoAsync(answer["access_token"]!))["sub"]);
        var record = await scene.Server.RecordAsync(answer);
        Assert.Equal(
            (scene.User.Id, LoginChannel.TokenExchange, Proof.SsoAssertion | Proof.SsoSecondFactor, provider.Id), (record.UserId, record.Channel, record.Proven, record.ProviderId));
    }

    [Theory]
    [InlineData("audience", AssertionFlaw.WrongAudience, "audience is invalid", "audience is invalid")]
    [InlineData("expired", AssertionFlaw.Expired, "The assertion has expired", "expired authorization code")]
    [InlineData("stranger", AssertionFlaw.SignatureInvalid, Invalid, "invalid assertion")]
    [InlineData("none", AssertionFlaw.AlgorithmRefused, Invalid, "invalid assertion")]
    [InlineData("nobody", AssertionFlaw.NoAccount, Invalid, "invalid assertion")]
    public async Task What_is_wrong_with_an_id_token_is_recorded_and_told_in_both_dialects(string how, AssertionFlaw flaw, string inStandardWords, string inSalesforceWords)
    {
        await using var idp = await PublishedProvider.StartAsync();
        foreach (var salesforce in new[] { false, true })
        {
            using var scene = await SceneAsync(salesforce);
            using var stranger = new ClientKey("RS256", "idp");
            var provider = await ProviderAsync(scene.Org, idp);
            await scene.LinkAsync(provider, "alice");
            var claims = idp.Claims(scene.Now, how == "nobody" ? "bob" : "alice");
            if (how == "audience")
                claims["aud"] = "another-client";
            if (how == "expired")
                claims["exp"] = scene.Now.AddMinutes(-2).ToUnixTimeSeconds();
            var token = how == "stranger" ? stranger.Sign(claims)
                : how == "none" ? ClientKey.Part("""{"alg":"none"}""") + "." + ClientKey.Part(claims.ToJsonString()) + "."
                : idp.Key.Sign(claims);
            var record = await scene.RefusedAsync(
                await SendAsync(scene, token), "invalid_request", salesforce ? inSalesforceWords : inStandardWords, DenyReason.AssertionRejected, flaw, LoginChannel.TokenExchange);
            Assert.Equal((provider.Id, null), (record.ProviderId, record.UserId));
        }
    }

    [Fact]
    public async Task What_is_of_no_provider_of_the_organization_is_nobodys()
    {
        await using var idp = await PublishedProvider.StartAsync();
        using var scene = await SceneAsync();
        var other = await TestOrg.AddAsync(scene.Server);
        await scene.LinkAsync(await ProviderAsync(other, idp), "alice");
        foreach (var (token, flaw) in new[] { (idp.Key.Sign(idp.Claims(scene.Now)), AssertionFlaw.WrongIssuer), ("x", AssertionFlaw.Malformed), (new string('x', 20_000), AssertionFlaw.TooLarge) })
        {
            var record = await scene.RefusedAsync(await SendAsync(scene, token), "invalid_request", Invalid, DenyReason.AssertionRejected, flaw, LoginChannel.TokenExchange);
            Assert.Null(record.ProviderId);
        }
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_several_uses_of_one_id_token_at_once_one_wins(string database)
    {
        await using var idp = await PublishedProvider.StartAsync();
        using var scene = await SceneAsync(database: database);
        await scene.LinkAsync(await ProviderAsync(scene.Org, idp), "alice");
        var token = idp.Key.Sign(idp.Claims(scene.Now));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(scene, token)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        foreach (var refused in answers.Where(answer => answer.Status != HttpStatusCode.OK))
            await scene.RefusedAsync(refused, "invalid_request", Invalid, DenyReason.AssertionRejected, AssertionFlaw.Replayed, LoginChannel.TokenExchange);
    }

    [Fact]
    public async Task Approval_networks_and_the_accounts_standing_hold()
    {
        await using var idp = await PublishedProvider.StartAsync();
        using var scene = await SceneAsync(profile: new() { LoginRanges = ["127.0.10.0/24"] }, approved: null);
        await scene.LinkAsync(await ProviderAsync(scene.Org, idp), "alice");
        string Fresh() => idp.Key.Sign(idp.Claims(scene.Now));
        await scene.RefusedAsync(
            await SendAsync(scene, Fresh()), "invalid_grant", "user hasn't approved this consumer", DenyReason.AppNotApprovedForUser, channel: LoginChannel.TokenExchange);
        await scene.ApproveAsync(scene.User.Id, "api offline_access");
        (await SendAsync(scene, Fresh())).IsAllowed();
        await scene.RefusedAsync(
            await SendAsync(scene, Fresh(), from: TestServer.Outside), "invalid_grant", "ip restricted or invalid login hours", DenyReason.OutsideLoginRanges, channel: LoginChannel.TokenExchange);
        await scene.Scene.ChangeUserAsync(user => user.Status = UserStatus.Inactive);
        await scene.RefusedAsync(await SendAsync(scene, Fresh()), "invalid_grant", "user is inactive", DenyReason.UserInactive, channel: LoginChannel.TokenExchange);
    }

    [Fact]
    public async Task A_token_makes_changes_and_ends_no_account_because_it_can_be_shown_again_and_may_hold_less_than_a_sign_in()
    {
        await using var idp = await PublishedProvider.StartAsync();
        using var scene = await SceneAsync(true);
        var (profile, other) = (await scene.Org.ProfileAsync(new()), await scene.Org.ProfileAsync(new()));
        var provider = await ProviderAsync(scene.Org, idp, settings => settings with
        {
            Provisioning = new()
            {
                Creates = true,
                DeactivatesWithoutProfile = true,
                Profiles = [new() { Claim = "groups", Value = "staff", Profile = other.Name }],
                LeftWhen = new() { Claim = "left", Value = "true" },
            },
        });
        await scene.Scene.ChangeSettingsAsync(settings => settings with { Preapproval = new() { Required = true, Profiles = [profile.Name, other.Name] } });
        var nobody = idp.Claims(scene.Now, "carol");
        nobody["groups"] = "staff";
        nobody["email"] = $"carol{Guid.NewGuid():N}@corp.test";
        await scene.RefusedAsync(
            await SendAsync(scene, idp.Key.Sign(nobody)), "invalid_request", "invalid assertion", DenyReason.AssertionRejected, AssertionFlaw.NoAccount, LoginChannel.TokenExchange);
        var made = await scene.Org.UserAsync(change: user => (user.ProvisionedBy, user.ProfileId) = (provider.Id, profile.Id));
        await using var db = scene.Server.Database.NewContext();
        db.Add(new FederatedIdentity { ProviderId = provider.Id, Subject = "dora", UserId = made.Id, CreatedAt = scene.Now });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        var thin = idp.Claims(scene.Now, "dora");
        await scene.RefusedAsync(
            await SendAsync(scene, idp.Key.Sign(thin)), "invalid_request", "invalid assertion", DenyReason.AssertionRejected, AssertionFlaw.NoProfile, LoginChannel.TokenExchange);
        var promoted = idp.Claims(scene.Now, "dora");
        promoted["groups"] = "staff";
        (await SendAsync(scene, idp.Key.Sign(promoted))).IsAllowed();
        var left = idp.Claims(scene.Now, "dora");
        left["left"] = "true";
        await scene.RefusedAsync(
            await SendAsync(scene, idp.Key.Sign(left)), "invalid_request", "invalid assertion", DenyReason.AssertionRejected, AssertionFlaw.Deprovisioned, LoginChannel.TokenExchange);
        var row = await made.RowAsync();
        Assert.Equal((profile.Id, UserStatus.Active), (row.ProfileId, row.Status));
    }

    [Fact]
    public async Task An_app_that_is_registered_at_the_provider_itself_exchanges_where_the_settings_name_it()
    {
        await using var idp = await PublishedProvider.StartAsync();
        using var scene = await SceneAsync();
        await scene.LinkAsync(await ProviderAsync(scene.Org, idp, settings => settings with { Oidc = settings.Oidc! with { ExchangedAudiences = ["mobile"] } }), "alice");
        var claims = idp.Claims(scene.Now);
        claims["aud"] = "mobile";
        (await SendAsync(scene, idp.Key.Sign(claims))).IsAllowed();
    }

    [Fact]
    public async Task What_is_not_done_here_is_refused_and_what_is_asked_for_anyway_is_taken()
    {
        await using var idp = await PublishedProvider.StartAsync();
        using var scene = await SceneAsync();
        await scene.LinkAsync(await ProviderAsync(scene.Org, idp), "alice");
        string Fresh() => idp.Key.Sign(idp.Claims(scene.Now));
        (await SendAsync(scene, null)).IsRefused("invalid_request", "subject_token is required");
        (await SendAsync(scene, Fresh(), ("subject_token_type", AccessToken))).IsRefused("invalid_request", "subject_token_type must be");
        (await SendAsync(scene, Fresh(), ("requested_token_type", IdToken))).IsRefused("invalid_request", "requested_token_type must be");
        (await SendAsync(scene, Fresh(), ("actor_token", "x"))).IsRefused("invalid_request", "actor_token is not taken");
        (await SendAsync(scene, Fresh(), ("audience", "https://other.test"))).IsRefused("invalid_target", "audience and resource");
        (await SendAsync(scene, Fresh(), ("resource", "https://other.test"))).IsRefused("invalid_target", "audience and resource");
        (await SendAsync(scene, Fresh(), ("requested_token_type", AccessToken), ("audience", BearerScene.Issuer), ("resource", BearerScene.Issuer), ("scope", "api"))).IsAllowed();
        using var open = await SceneAsync(change: settings => settings with { AuthMethods = [ClientAuthMethod.None] });
        (await open.Server.TokenAsync(
            TestServer.Office, ("grant_type", Exchange), ("subject_token", Fresh()), ("subject_token_type", IdToken), ("client_id", open.App.ClientId)))
            .IsRefused("unauthorized_client", "A public app cannot exchange tokens");
        (await scene.Server.TokenAsync(TestServer.Office, ("grant_type", Exchange), ("subject_token", Fresh()), ("subject_token_type", IdToken)))
            .IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_is_said_to_be_away()
    {
        var idp = await PublishedProvider.StartAsync();
        using var scene = await SceneAsync();
        await scene.LinkAsync(await ProviderAsync(scene.Org, idp), "alice");
        var token = idp.Key.Sign(idp.Claims(scene.Now));
        await idp.DisposeAsync();
        var answer = await SendAsync(scene, token);
        answer.IsRefused(HttpStatusCode.ServiceUnavailable, "temporarily_unavailable");
        Assert.Equal(nameof(AssertionFlaw.ProviderUnreachable), (await scene.Server.RecordAsync(answer)).AssertionFlaw);
    }

    static Task<ProviderEntry> ProviderAsync(TestOrg org, PublishedProvider idp, Func<ProviderSettings, ProviderSettings>? change = null)
    {
        var settings = new ProviderSettings { Label = "Corp", Oidc = new() { Issuer = idp.Issuer, ClientId = PublishedProvider.ClientId } };
        return org.ProviderAsync(change?.Invoke(settings) ?? settings, "secret");
    }

    static Task<Answer> SendAsync(BearerScene scene, string? token, params (string, string?)[] more) => SendAsync(scene, token, TestServer.Office, more);

    static Task<Answer> SendAsync(BearerScene scene, string? token, string from, params (string Name, string?)[] more) => scene.Server.TokenAsync(
        from,
        [
            ("grant_type", Exchange), ("subject_token", token), ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret),
            .. more.Any(pair => pair.Name == "subject_token_type") ? more : [("subject_token_type", IdToken), .. more],
        ]);

    async Task<BearerScene> SceneAsync(
        bool salesforce = false, Func<AppSettings, AppSettings>? change = null, ProfileSettings? profile = null, string? approved = "api openid offline_access", string database = "SQLite") =>
        await BearerScene.NewAsync(await servers.OnAsync(database), salesforce, change, profile, approved: approved);
}
