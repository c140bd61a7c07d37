using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Token;

/// <summary>JWT bearer (RFC 7523): an app signs that it acts for a user, and the rules judge it like any other login.</summary>
[Collection(nameof(ServersCollection))]
public sealed class JwtBearerTests(Servers servers)
{
    const string Unapproved = "user hasn't approved this consumer";

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_app_that_its_user_has_allowed_gets_a_token_without_a_password(string database)
    {
        using var scene = await SceneAsync(database: database);
        var answer = await scene.SendHonestAsync();
        answer.IsAllowed();
        Assert.Equal(["access_token", "token_type", "expires_in", "scope"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("api openid", answer["scope"]);
        Assert.Equal(RecordId.Long(scene.User.Id), (await scene.Scene.UserInfoAsync(answer["access_token"]!))["sub"]);
        var record = await scene.Server.RecordAsync(answer);
        Assert.Equal(
            (scene.User.Id, "allow", LoginChannel.JwtBearer, Proof.ClientAssertion, null, scene.App.ClientId),
            (record.UserId, record.Decision, record.Channel, record.Proven, record.AssertionFlaw, record.ClientId));
    }

    [Fact]
    public async Task The_salesforce_answer_is_the_contracts()
    {
        using var scene = await SceneAsync(salesforce: true);
        var answer = await scene.SendHonestAsync();
        answer.IsAllowed();
        Assert.Equal(["access_token", "scope", "instance_url", "id", "token_type", "issued_at"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.All(answer.Json.EnumerateObject(), member => Assert.Equal(JsonValueKind.String, member.Value.ValueKind));
        Assert.Equal($"{BearerScene.Issuer}/id/{RecordId.Long(scene.Org.Id)}/{RecordId.Long(scene.User.Id)}", answer["id"]);
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("PS256")]
    public async Task Keys_of_every_kind_sign(string algorithm)
    {
        using var scene = await SceneAsync(algorithm: algorithm);
        (await scene.SendHonestAsync()).IsAllowed();
    }

    [Fact]
    public async Task The_user_is_named_by_name_or_by_either_form_of_the_id()
    {
        using var scene = await SceneAsync();
        foreach (var name in new[] { scene.User.Username.ToUpperInvariant(), scene.User.Id, RecordId.Long(scene.User.Id) })
            Assert.Equal(scene.User.Id, (await scene.Server.RecordAsync(await scene.SendHonestAsync(name))).UserId);
        var wrongCheck = RecordId.Long(scene.User.Id)[..15] + (RecordId.Long(scene.User.Id).EndsWith("AAA", StringComparison.Ordinal) ? "AAB" : "AAA");
        await scene.RefusedAsync(await scene.SendHonestAsync(wrongCheck), "invalid_grant", Unapproved, DenyReason.UnknownUser);
    }

    public static TheoryData<string, AssertionFlaw, string> Spoilt => new()
    {
        { "audience", AssertionFlaw.WrongAudience, "audience is invalid" },
        { "audience-empty", AssertionFlaw.WrongAudience, "audience is invalid" },
        { "expired", AssertionFlaw.Expired, "expired authorization code" },
        { "nbf", AssertionFlaw.NotYetValid, "invalid assertion" },
        { "iat", AssertionFlaw.NotYetValid, "invalid assertion" },
        { "ten-years", AssertionFlaw.TooLongLived, "invalid assertion" },
        { "no-exp", AssertionFlaw.Malformed, "invalid assertion" },
        { "exp-text", AssertionFlaw.Malformed, "invalid assertion" },
        { "jti-number", AssertionFlaw.Malformed, "invalid assertion" },
        { "jti-long", AssertionFlaw.Malformed, "invalid assertion" },
        { "access-token", AssertionFlaw.Malformed, "invalid assertion" },
        { "no-sub", AssertionFlaw.NoSubject, "invalid assertion" },
        { "sub-nul", AssertionFlaw.NoSubject, "invalid assertion" },
        { "sub-long", AssertionFlaw.NoSubject, "invalid assertion" },
        { "stranger", AssertionFlaw.SignatureInvalid, "invalid assertion" },
        { "cut", AssertionFlaw.SignatureInvalid, "invalid assertion" },
        { "other-claims", AssertionFlaw.SignatureInvalid, "invalid assertion" },
        { "kid", AssertionFlaw.KeyUnknown, "invalid assertion" },
        { "none", AssertionFlaw.AlgorithmRefused, "invalid assertion" },
        { "hs256", AssertionFlaw.AlgorithmRefused, "invalid assertion" },
    };

    [Theory, MemberData(nameof(Spoilt))]
    public async Task What_is_wrong_with_an_assertion_is_recorded_and_told_in_both_dialects(string how, AssertionFlaw flaw, string inSalesforceWords)
    {
        foreach (var salesforce in new[] { false, true })
        {
            using var scene = await SceneAsync(salesforce);
            var answer = await scene.SendAsync(Spoil(scene, how));
            var record = await scene.RefusedAsync(
                answer, "invalid_grant", salesforce ? inSalesforceWords : InStandardWords(flaw), DenyReason.ClientAssertionRejected, flaw);
            // Whoever cannot sign names nobody.
            var isForged = flaw is AssertionFlaw.SignatureInvalid or AssertionFlaw.KeyUnknown or AssertionFlaw.AlgorithmRefused or AssertionFlaw.NoSubject;
            Assert.Equal(isForged ? null : scene.User.Id, record.UserId);
            Assert.Equal(Proof.None, record.Proven);
        }
    }

    static string InStandardWords(AssertionFlaw flaw) => flaw switch
    {
        AssertionFlaw.WrongAudience => "audience is invalid",
        AssertionFlaw.Expired => "The assertion has expired",
        AssertionFlaw.NotYetValid or AssertionFlaw.TooLongLived => "The assertion is not valid yet, or for too long",
        _ => "The assertion is malformed, names nobody here, is not signed",
    };

    static string Spoil(BearerScene scene, string how)
    {
        var seconds = scene.Now.ToUnixTimeSeconds();
        var honest = scene.Key.Sign(scene.Claims());
        var body = honest[..honest.LastIndexOf('.')];
        using var stranger = new ClientKey("RS256");
        switch (how)
        {
            case "audience": return scene.With("aud", BearerScene.Issuer + ".evil.example");
            case "audience-empty": return scene.With("aud", new JsonArray());
            case "expired": return scene.With("exp", seconds - 181);
            case "nbf": return scene.With("nbf", seconds + 200);
            case "iat": return scene.With("iat", seconds + 200);
            case "ten-years":
                var claims = scene.Claims();
                claims.Remove("iat");
                claims["exp"] = seconds + 315_360_000L;
                return scene.Key.Sign(claims);
            case "no-exp": return scene.With("exp", null);
            case "exp-text": return scene.With("exp", "soon");
            case "jti-number": return scene.With("jti", 7);
            case "jti-long": return scene.With("jti", new string('x', 513));
            case "access-token": return scene.Key.Sign(scene.Claims(), new() { ["alg"] = "RS256", ["typ"] = "at+jwt" });
            case "no-sub": return scene.With("sub", null);
            case "sub-nul": return scene.With("sub", "a\0b");
            case "sub-long": return scene.With("sub", new string('x', 201));
            case "stranger": return stranger.Sign(scene.Claims());
            case "cut": return body + "." + Base64Url.EncodeToString(Base64Url.DecodeFromChars(honest.AsSpan(honest.LastIndexOf('.') + 1)).AsSpan(8));
            case "other-claims": return body[..(body.IndexOf('.', StringComparison.Ordinal) + 1)] + ClientKey.Part(scene.Claims("somebody@example.test").ToJsonString()) + honest[honest.LastIndexOf('.')..];
            case "kid": return scene.Key.Sign(scene.Claims(), new() { ["alg"] = "RS256", ["kid"] = "another" });
            case "none": return ClientKey.Part("""{"alg":"none"}""") + "." + ClientKey.Part(scene.Claims().ToJsonString()) + ".";
            case "hs256":
                var hmac = ClientKey.Part("""{"alg":"HS256"}""") + "." + ClientKey.Part(scene.Claims().ToJsonString());
                return hmac + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(scene.Key.PublicPem), Encoding.ASCII.GetBytes(hmac)));
            default: throw new ArgumentOutOfRangeException(nameof(how));
        }
    }

    [Fact]
    public async Task The_standard_is_strict_where_the_salesforce_dialect_bears_what_its_clients_send()
    {
        using var strict = await SceneAsync();
        var seconds = strict.Now.ToUnixTimeSeconds();
        (string Assertion, AssertionFlaw Flaw)[] cases =
        [
            (strict.Plain((seconds + 60).ToString()), AssertionFlaw.Malformed), (strict.Plain((seconds * 1000) + 300), AssertionFlaw.Malformed),
            (strict.Plain(seconds - 60), AssertionFlaw.Expired), (strict.Plain(seconds + 3600), AssertionFlaw.TooLongLived),
            (strict.Plain(seconds + 60, "https://login.salesforce.com"), AssertionFlaw.WrongAudience), (strict.Plain(seconds + 60, "localhost:5000"), AssertionFlaw.WrongAudience),
        ];
        foreach (var (assertion, flaw) in cases)
            await strict.RefusedAsync(await strict.SendAsync(assertion), "invalid_grant", InStandardWords(flaw), DenyReason.ClientAssertionRejected, flaw);
        (await strict.SendAsync(strict.With("prn", strict.User.Username))).IsAllowed();
        var oldName = strict.Claims();
        oldName.Remove("sub");
        oldName["prn"] = strict.User.Username;
        await strict.RefusedAsync(await strict.SendAsync(strict.Key.Sign(oldName)), "invalid_grant", InStandardWords(AssertionFlaw.NoSubject), DenyReason.ClientAssertionRejected, AssertionFlaw.NoSubject);

        using var tolerant = await SceneAsync(salesforce: true);
        JsonNode[] ends = [(seconds + 60).ToString(), (seconds * 1000) + 300, ((seconds * 1000) + 300).ToString(), seconds - 60, seconds + 300, seconds + 3600, seconds + 60.5];
        foreach (var end in ends)
            (await tolerant.SendAsync(tolerant.Plain(end))).IsAllowed();
        string[] audiences =
        [
            BearerScene.Issuer, BearerScene.Issuer + "/", BearerScene.Issuer + "/services/oauth2/token", "localhost:5000", "https://login.salesforce.com", "https://login.salesforce.com/",
            "https://test.salesforce.com", "https://test.salesforce.com/", "login.salesforce.com", "test.salesforce.com",
        ];
        foreach (var audience in audiences)
            (await tolerant.SendAsync(tolerant.Plain(seconds + 60, audience))).IsAllowed();
        var principal = tolerant.Claims();
        principal.Remove("sub");
        principal["prn"] = tolerant.User.Username;
        (await tolerant.SendAsync(tolerant.Key.Sign(principal))).IsAllowed();
        foreach (var end in new JsonNode[] { "1e300", "NaN", "-5", -5, 0, 1e300, true, new JsonArray(seconds + 60), "" })
            await tolerant.RefusedAsync(await tolerant.SendAsync(tolerant.Plain(end)), "invalid_grant", "invalid assertion", DenyReason.ClientAssertionRejected, AssertionFlaw.Malformed);
        await tolerant.RefusedAsync(await tolerant.SendAsync(tolerant.Plain(seconds - 181)), "invalid_grant", "expired authorization code", DenyReason.ClientAssertionRejected, AssertionFlaw.Expired);
    }

    [Fact]
    public async Task Padded_parts_are_taken_as_they_were_signed()
    {
        using var scene = await SceneAsync(salesforce: true);
        var claims = scene.Claims();
        while (Encoding.UTF8.GetByteCount(claims.ToJsonString()) % 3 == 0)
            claims["jti"] = claims["jti"] + "x";
        static string Padded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).Replace('+', '-').Replace('/', '_');
        var body = Padded("""{"alg":"RS256"}""") + "." + Padded(claims.ToJsonString());
        Assert.Contains('=', body);
        var signature = ((RSA)scene.Key.Key).SignData(Encoding.ASCII.GetBytes(body), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        (await scene.SendAsync(body + "." + Convert.ToBase64String(signature).Replace('+', '-').Replace('/', '_'))).IsAllowed();
    }

    [Fact]
    public async Task Without_a_jti_a_short_lived_assertion_of_the_salesforce_dialect_may_be_brought_again_and_a_long_lived_one_may_not()
    {
        using var scene = await SceneAsync(salesforce: true);
        var seconds = scene.Now.ToUnixTimeSeconds();
        var soon = scene.Plain(seconds + 120);
        (await scene.SendAsync(soon)).IsAllowed();
        (await scene.SendAsync(soon)).IsAllowed();
        var late = scene.Plain(seconds + 86_400);
        (await scene.SendAsync(late)).IsAllowed();
        await scene.RefusedAsync(await scene.SendAsync(late), "invalid_grant", "invalid assertion", DenyReason.ClientAssertionRejected, AssertionFlaw.Replayed);
        // One that says when it was made lasts five minutes from then, and what clocks may differ.
        var dated = scene.Key.Sign(new() { ["iss"] = scene.App.ClientId, ["sub"] = scene.User.Username, ["aud"] = BearerScene.Issuer, ["iat"] = seconds - 479, ["exp"] = seconds + 86_400 });
        (await scene.SendAsync(dated)).IsAllowed();
        (await scene.SendAsync(dated)).IsAllowed();
        var old = scene.Key.Sign(new() { ["iss"] = scene.App.ClientId, ["sub"] = scene.User.Username, ["aud"] = BearerScene.Issuer, ["iat"] = seconds - 481, ["exp"] = seconds + 86_400 });
        await scene.RefusedAsync(await scene.SendAsync(old), "invalid_grant", "expired authorization code", DenyReason.ClientAssertionRejected, AssertionFlaw.Expired);
        // The standard takes each once, named or not.
        using var strict = await SceneAsync();
        var once = strict.Plain(seconds + 120);
        (await strict.SendAsync(once)).IsAllowed();
        await strict.RefusedAsync(await strict.SendAsync(once), "invalid_grant", InStandardWords(AssertionFlaw.Replayed), DenyReason.ClientAssertionRejected, AssertionFlaw.Replayed);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_several_uses_of_one_assertion_at_once_one_wins(string database)
    {
        foreach (var salesforce in new[] { false, true })
        {
            using var scene = await SceneAsync(salesforce, database: database);
            var assertion = scene.Key.Sign(scene.Claims());
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => scene.SendAsync(assertion)));
            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            foreach (var refused in answers.Where(answer => answer.Status != HttpStatusCode.OK))
                await scene.RefusedAsync(refused, "invalid_grant", salesforce ? "invalid assertion" : InStandardWords(AssertionFlaw.Replayed), DenyReason.ClientAssertionRejected, AssertionFlaw.Replayed);
        }
    }

    [Fact]
    public async Task A_refused_login_does_not_use_the_assertion_up()
    {
        using var scene = await SceneAsync(profile: new() { LoginRanges = ["127.0.10.0/24"] });
        var assertion = scene.Key.Sign(scene.Claims());
        Assert.Equal(DenyReason.OutsideLoginRanges, (await scene.Server.RecordAsync(await scene.SendAsync(assertion, from: TestServer.Outside))).Reason);
        (await scene.SendAsync(assertion)).IsAllowed();
    }

    [Fact]
    public async Task An_issuer_that_is_no_app_is_an_unknown_client()
    {
        using var scene = await SceneAsync();
        var answer = await scene.SendAsync(scene.With("iss", "no-such-app"));
        answer.IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        Assert.StartsWith("client identifier invalid", answer["error_description"], StringComparison.Ordinal);
        var record = await scene.Server.RecordAsync(answer);
        Assert.Equal((DenyReason.UnknownApp, "no-such-app", LoginChannel.JwtBearer), (record.Reason, record.ClientId, record.Channel));
        foreach (var text in new[] { "x", "a.b.c", new string('.', 50), scene.With("iss", 7), scene.With("iss", "a\0b"), scene.With("iss", null) })
            (await scene.SendAsync(text)).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        (await scene.Scene.TokenAsync(("grant_type", BearerScene.JwtBearer))).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        await scene.RefusedAsync(
            await scene.Scene.TokenAsync(("grant_type", BearerScene.JwtBearer), ("assertion", "x")), "invalid_grant", InStandardWords(AssertionFlaw.Malformed),
            DenyReason.ClientAssertionRejected, AssertionFlaw.Malformed);
    }

    [Fact]
    public async Task Other_proofs_of_the_app_beside_the_assertion_must_be_of_the_same_app()
    {
        using var scene = await SceneAsync();
        (string, string?)[] Form(params (string, string?)[] more) => [("grant_type", BearerScene.JwtBearer), ("assertion", scene.Key.Sign(scene.Claims())), .. more];
        (await scene.Server.TokenAsync(TestServer.Office, Form(("client_id", scene.App.ClientId)))).IsAllowed();
        (await scene.Server.TokenAsync(TestServer.Office, Form(("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret)))).IsAllowed();
        (await scene.Server.TokenAsync(TestServer.Office, Form(("client_id", scene.App.ClientId), ("client_secret", "wrong")))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        var other = await scene.Org.AppAsync(BearerScene.SettingsOf(scene.Key));
        await scene.Server.NoticeAsync();
        // A name without proof is that of a confidential app that has not proven itself.
        (await scene.Server.TokenAsync(TestServer.Office, Form(("client_id", other.ClientId)))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        var mixed = await scene.Server.TokenAsync(TestServer.Office, Form(("client_id", other.ClientId), ("client_secret", other.Secret)));
        var record = await scene.Server.RecordAsync(mixed);
        Assert.Equal((DenyReason.ClientAssertionRejected, nameof(AssertionFlaw.WrongIssuer), other.ClientId, null), (record.Reason, record.AssertionFlaw, record.ClientId, record.UserId));
    }

    [Fact]
    public async Task A_key_that_was_registered_a_moment_ago_is_found()
    {
        using var scene = await SceneAsync();
        (await scene.SendHonestAsync()).IsAllowed();
        using var next = new ClientKey("ES256", "k2");
        await using (var db = scene.Server.Database.NewContext())
        {
            var app = (await db.ConnectedApps.FindAsync([scene.App.Id], TestContext.Current.CancellationToken))!;
            app.Settings = SettingsJson.Write(SettingsJson.Read<AppSettings>(app.Settings) with { Jwks = next.Jwks });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        (await scene.SendAsync(next.Sign(scene.Claims()))).IsAllowed();
    }

    [Fact]
    public async Task Who_has_not_approved_sounds_like_who_is_not_there()
    {
        using var scene = await SceneAsync(approved: null);
        var stranger = await scene.Org.UserAsync(change: user => user.Status = UserStatus.Inactive);
        var elsewhere = await (await TestOrg.AddAsync(scene.Server)).UserAsync();
        await scene.ApproveAsync(elsewhere.Id, "api offline_access"); // not by any page, and of no use
        await scene.RefusedAsync(await scene.SendHonestAsync(), "invalid_grant", Unapproved, DenyReason.AppNotApprovedForUser);
        await scene.RefusedAsync(await scene.SendHonestAsync(stranger.Username), "invalid_grant", Unapproved, DenyReason.UserInactive);
        await scene.RefusedAsync(await scene.SendHonestAsync("nobody@example.test"), "invalid_grant", Unapproved, DenyReason.UnknownUser);
        await scene.RefusedAsync(await scene.SendHonestAsync("005000000000000"), "invalid_grant", Unapproved, DenyReason.UnknownUser);
        foreach (var name in new[] { elsewhere.Username, elsewhere.Id })
            Assert.Null((await scene.RefusedAsync(await scene.SendHonestAsync(name), "invalid_grant", Unapproved, DenyReason.UnknownUser)).UserId);
        // Allowed, but not to go on when the person is gone.
        await scene.ApproveAsync(scene.User.Id, "api openid");
        var record = await scene.RefusedAsync(await scene.SendHonestAsync(), "invalid_grant", Unapproved, DenyReason.AppNotApprovedForUser);
        var explained = await scene.Server.Services.GetRequiredService<LoginExplanations>().ExplainAsync(record.Id, TestContext.Current.CancellationToken);
        Assert.Contains("has not allowed it to go on without them (refresh_token or offline_access)", explained, StringComparison.Ordinal);
        await scene.ApproveAsync(scene.User.Id, "refresh_token");
        (await scene.SendHonestAsync()).IsAllowed();
        await scene.WithdrawAsync();
        await scene.RefusedAsync(await scene.SendHonestAsync(), "invalid_grant", Unapproved, DenyReason.AppNotApprovedForUser);
    }

    [Fact]
    public async Task No_more_than_was_allowed_is_granted()
    {
        using var scene = await SceneAsync(approved: "api offline_access email");
        Assert.Equal("api", (await scene.SendHonestAsync())["scope"]);
        Assert.Equal("api", (await scene.SendAsync(scene.Key.Sign(scene.Claims()), "api profile"))["scope"]);
        (await scene.SendAsync(scene.Key.Sign(scene.Claims()), "profile")).IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
        foreach (var never in new[] { "email", "offline_access", "api offline_access" })
            (await scene.SendAsync(scene.Key.Sign(scene.Claims()), never)).IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
    }

    [Fact]
    public async Task Where_an_administrator_approves_the_users_own_approval_does_not_count()
    {
        foreach (var salesforce in new[] { false, true })
        {
            using var scene = await SceneAsync(salesforce, settings => settings with { Preapproval = new() { Required = true } });
            await scene.RefusedAsync(
                await scene.SendHonestAsync(), salesforce ? "invalid_app_access" : "invalid_grant", "user is not admin approved to access this app", DenyReason.AppNotApprovedForUser);
            await scene.RefusedAsync(
                await scene.SendHonestAsync("nobody@example.test"), salesforce ? "invalid_app_access" : "invalid_grant", "user is not admin approved to access this app", DenyReason.UnknownUser);
            await scene.WithdrawAsync();
            await scene.Scene.ChangeSettingsAsync(settings => settings with { Preapproval = new() { Required = true, Users = [scene.User.Username] } });
            Assert.Equal("api openid profile", (await scene.SendHonestAsync())["scope"]);
        }
    }

    [Fact]
    public async Task Hours_ranges_and_the_accounts_standing_hold()
    {
        using var ranges = await SceneAsync(true, settings => settings with { IpRelaxation = IpRelaxation.Relax }, new() { LoginRanges = ["127.0.10.0/24"] });
        (await ranges.SendHonestAsync()).IsAllowed();
        await ranges.RefusedAsync(await ranges.SendHonestAsync(from: TestServer.Outside), "invalid_grant", "ip restricted or invalid login hours", DenyReason.OutsideLoginRanges);
        using var hours = await SceneAsync(true, profile: new() { LoginHours = new() { TimeZone = "Etc/UTC", Sunday = ["08:00-09:00"] } });
        await hours.RefusedAsync(await hours.SendHonestAsync(), "invalid_grant", "ip restricted or invalid login hours", DenyReason.OutsideLoginHours);
        using var door = await SceneAsync(true, profile: new() { Doors = [LoginChannel.Browser] });
        await door.RefusedAsync(await door.SendHonestAsync(), "invalid_grant", "authentication failure", DenyReason.ChannelClosedByProfile);
        using var scene = await SceneAsync(true);
        foreach (var (status, reason) in new[] { (UserStatus.Inactive, DenyReason.UserInactive), (UserStatus.Frozen, DenyReason.UserFrozen) })
        {
            await scene.Scene.ChangeUserAsync(user => user.Status = status);
            await scene.RefusedAsync(await scene.SendHonestAsync(), "inactive_user", "user is inactive", reason);
        }
        await scene.Scene.ChangeUserAsync(user => user.Status = UserStatus.Active);
        await scene.Org.ChangeAsync(org => org.Status = OrgStatus.Locked);
        await scene.Server.NoticeAsync();
        await scene.RefusedAsync(await scene.SendHonestAsync(), "inactive_org", "organization is locked", DenyReason.OrgLocked);
    }

    [Fact]
    public async Task The_app_must_be_on_and_registered_for_the_flow()
    {
        using var scene = await SceneAsync();
        await scene.Scene.ChangeSettingsAsync(settings => settings with { Flows = [LoginChannel.AuthorizationCode] });
        await scene.RefusedAsync(await scene.SendHonestAsync(), "unauthorized_client", "This app is not registered for this grant type", DenyReason.FlowNotEnabled);
        await scene.Scene.ChangeAppAsync(app => app.IsActive = false);
        await scene.RefusedAsync(await scene.SendHonestAsync(), "unauthorized_client", "This app is switched off", DenyReason.AppInactive);
        // Whoever cannot sign is not told even that.
        using var stranger = new ClientKey("RS256");
        await scene.RefusedAsync(
            await scene.SendAsync(stranger.Sign(scene.Claims())), "invalid_grant", InStandardWords(AssertionFlaw.SignatureInvalid), DenyReason.ClientAssertionRejected, AssertionFlaw.SignatureInvalid);
    }

    [Fact]
    public async Task Where_single_sign_on_is_required_a_password_is_refused_and_the_same_persons_script_signs_and_gets_a_token()
    {
        using var scene = await SceneAsync(profile: new() { Sso = SsoMode.Required });
        var password = await scene.Scene.LoginAsync();
        password.IsRefused("invalid_grant", "authentication failure");
        Assert.Equal(DenyReason.SsoRequired, (await scene.Server.RecordAsync(password)).Reason);
        (await scene.SendHonestAsync()).IsAllowed();
        (await scene.Scene.ClientCredentialsAsync()).IsAllowed();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task No_token_outlives_a_withdrawal_at_the_same_time(string database)
    {
        using var scene = await SceneAsync(database: database);
        for (var round = 0; round < 10; round++)
        {
            await scene.ApproveAsync(scene.User.Id, "api openid offline_access");
            var logins = Enumerable.Range(0, 4).Select(_ => scene.SendHonestAsync()).ToList();
            await Task.WhenAll([.. logins, scene.WithdrawAsync()]);
            foreach (var answer in logins.Select(login => login.Result).Where(answer => answer.Status == HttpStatusCode.OK))
                Assert.Equal(HttpStatusCode.Unauthorized, (await scene.Scene.UserInfoAsync(answer["access_token"]!)).Status);
        }
    }

    async Task<BearerScene> SceneAsync(
        bool salesforce = false, Func<AppSettings, AppSettings>? change = null, ProfileSettings? profile = null, string algorithm = "RS256",
        string? approved = "api openid offline_access", string database = "SQLite") =>
        await BearerScene.NewAsync(await servers.OnAsync(database), salesforce, change, profile, algorithm, approved);
}
