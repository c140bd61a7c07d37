using System.Text.Json.Nodes;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Federation.Oidc;

/// <summary>Whose account an answer opens, makes, changes and ends.</summary>
[Collection(nameof(ServersCollection))]
public sealed class AccountTests(Servers servers)
{
    static int count;

    /// <summary>A domain is one provider's on the whole server.</summary>
    readonly string domain = $"corp{Interlocked.Increment(ref count)}.example";

    string Jane => "jane@" + domain;

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_verified_address_of_a_trusted_domain_links_once_and_the_subject_counts_from_then_on(string database)
    {
        await using var scene = await LinkingAsync(database);
        var user = await scene.Org.UserAsync(change: row => row.Email = Jane);
        OidcScene.IsIn(await scene.SignInAsync());
        Assert.Equal(user.Id, Assert.Single(await scene.IdentitiesAsync()).UserId);
        // Another address there later, even somebody else's, changes nothing of who it is.
        var other = await scene.Org.UserAsync(change: row => row.Email = "other@" + domain);
        scene.Fake.Claims = claims => claims["email"] = "other@" + domain;
        var page = await scene.SignInAsync();
        OidcScene.IsIn(page);
        Assert.Equal(user.Id, (await scene.Server.RecordAsync(page)).UserId);
        // Nor does another subject take over the account by its address.
        scene.Browser = new(scene.Server, TestServer.Office);
        scene.Fake.Claims = claims => (claims["sub"], claims["email"]) = ("another subject", Jane);
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.LinkedElsewhere);
        Assert.DoesNotContain(await scene.IdentitiesAsync(), identity => identity.UserId == other.Id);
    }

    [Theory]
    [InlineData("\"true\"")]
    [InlineData("\"True\"")]
    [InlineData("false")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[true]")]
    [InlineData("{\"true\":true}")]
    [InlineData(null)]
    public async Task Only_the_json_value_true_verifies_an_address(string? verified)
    {
        await using var scene = await LinkingAsync("SQLite");
        await scene.Org.UserAsync(change: row => row.Email = Jane);
        scene.Fake.Claims = claims =>
        {
            claims["email"] = Jane;
            claims.Remove("email_verified");
            if (verified is not null)
                claims["email_verified"] = JsonNode.Parse(verified);
        };
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.EmailNotVerified);
        Assert.Empty(await scene.IdentitiesAsync());
    }

    [Fact]
    public async Task An_address_of_another_domain_is_not_trusted_however_verified()
    {
        await using var scene = await LinkingAsync("SQLite");
        foreach (var address in new[] { "jane@sub." + domain, "jane@elsewhere.example", $"jane@elsewhere.example@{domain}.evil.example" })
        {
            await scene.Org.UserAsync(change: row => row.Email = address);
            scene.Fake.Claims = claims => claims["email"] = address;
            await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.EmailNotTrusted);
        }
    }

    [Fact]
    public async Task An_address_in_the_id_token_is_not_verified_by_what_userinfo_says_of_another()
    {
        await using var scene = await LinkingAsync("SQLite");
        await scene.Org.UserAsync(change: row => row.Email = Jane);
        scene.Fake.Claims = claims =>
        {
            claims["email"] = Jane;
            claims.Remove("email_verified");
        };
        scene.Fake.UserInfo = new() { ["sub"] = FakeProvider.Subject, ["email"] = "own@" + domain, ["email_verified"] = true };
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.EmailNotVerified);
        scene.Fake.UserInfo["email"] = Jane;
        OidcScene.IsIn(await scene.SignInAsync());
    }

    [Fact]
    public async Task Who_is_linked_with_nobody_is_nobody_where_no_accounts_are_made()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.Org.UserAsync(change: row => row.Email = "jane@corp.example");
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.NoAccount);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_first_sign_in_makes_an_account_and_later_ones_follow_the_provider(string database)
    {
        var (scene, sales, support) = await ProvisioningAsync(database);
        await using var _ = scene;
        OidcScene.IsIn(await scene.SignInAsync());
        var made = (await scene.UserAsync(Jane))!;
        Assert.Equal((Jane, "Jane", "Doe", sales.Id, scene.Provider.Id), (made.Email, made.FirstName, made.LastName, made.ProfileId, made.ProvisionedBy));
        Assert.Null(made.PasswordHash);
        scene.Fake.Claims = claims => (claims["family_name"], claims["preferred_username"], claims["groups"]) = ("Roe", Jane, new JsonArray("staff", "support"));
        OidcScene.IsIn(await scene.SignInAsync());
        var updated = (await scene.UserAsync(Jane))!;
        Assert.Equal((made.Id, "Roe", support.Id), (updated.Id, updated.LastName, updated.ProfileId));
        Assert.Single(await scene.IdentitiesAsync());
    }

    [Fact]
    public async Task Who_signs_in_twice_at_once_for_the_first_time_gets_one_account()
    {
        var (scene, _, _) = await ProvisioningAsync("PostgreSQL");
        await using var __ = scene;
        var (one, two) = (await scene.LeaveAsync(), await scene.LeaveAsync());
        var pages = await Task.WhenAll(scene.ReturnAsync(one), scene.ReturnAsync(two));
        Assert.All(pages, OidcScene.IsIn);
        Assert.Single(await scene.IdentitiesAsync());
    }

    [Fact]
    public async Task What_the_id_token_lacks_is_asked_of_userinfo_also_signed_and_in_objects()
    {
        var (scene, _, support) = await ProvisioningAsync("SQLite", "realm_access.roles");
        await using var _ = scene;
        scene.Fake.Claims = claims =>
        {
            foreach (var name in new[] { "preferred_username", "email", "given_name", "family_name" })
                claims.Remove(name);
        };
        scene.Fake.UserInfo = new()
        {
            ["iss"] = scene.Fake.Issuer,
            ["aud"] = FakeProvider.ClientId,
            ["sub"] = FakeProvider.Subject,
            ["preferred_username"] = Jane,
            ["email"] = Jane,
            ["given_name"] = "Jane",
            ["family_name"] = "Doe",
            ["realm_access"] = new JsonObject { ["roles"] = new JsonArray("support") },
        };
        scene.Fake.Instead["/userinfo"] = async context =>
        {
            context.Response.ContentType = "application/jwt";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, scene.Fake.Key.Sign((JsonObject)scene.Fake.UserInfo.DeepClone()));
        };
        OidcScene.IsIn(await scene.SignInAsync());
        Assert.Equal(support.Id, (await scene.UserAsync(Jane))!.ProfileId);
        scene.Fake.UserInfo["aud"] = "other";
        scene.Browser = new(scene.Server, TestServer.Office);
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.WrongAudience);
        scene.Fake.UserInfo["aud"] = FakeProvider.ClientId;
        scene.Fake.Key = new("RS256", "first");
        scene.Fake.Sign = claims => First!.Sign(claims);
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.SignatureInvalid);
    }

    [Fact]
    public async Task Who_has_left_is_out_and_so_are_the_sessions()
    {
        var (scene, _, _) = await ProvisioningAsync("SQLite");
        await using var _ = scene;
        OidcScene.IsIn(await scene.SignInAsync());
        var browser = scene.Browser;
        Assert.Equal(System.Net.HttpStatusCode.OK, (await browser.GetAsync("/settings")).Status);
        scene.Browser = new(scene.Server, TestServer.Office);
        var before = scene.Fake.Claims!;
        scene.Fake.Claims = claims =>
        {
            before(claims);
            claims["employment"] = "ended";
        };
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.Deprovisioned);
        Assert.Equal(UserStatus.Inactive, (await scene.UserAsync(Jane))!.Status);
        Assert.Equal("/login", (await browser.GetAsync("/settings")).LocalLocation?.Split('?')[0]);
    }

    [Fact]
    public async Task Who_no_rule_fits_any_more_is_out()
    {
        var (scene, _, _) = await ProvisioningAsync("SQLite");
        await using var _ = scene;
        OidcScene.IsIn(await scene.SignInAsync());
        scene.Browser = new(scene.Server, TestServer.Office);
        var before = scene.Fake.Claims!;
        scene.Fake.Claims = claims =>
        {
            before(claims);
            claims["groups"] = new JsonArray("staff");
        };
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.NoProfile);
        Assert.Equal(UserStatus.Inactive, (await scene.UserAsync(Jane))!.Status);
    }

    [Fact]
    public async Task An_administrators_profile_is_not_to_be_had_by_a_claim()
    {
        var org = await TestOrg.AddAsync(await servers.OnAsync("SQLite"));
        var administrators = await org.ProfileAsync(new() { Permissions = new() { Administrator = true } });
        await using var scene = await OidcScene.NewAsync(
            await servers.OnAsync("SQLite"),
            settings => settings with { Provisioning = new() { Creates = true, DefaultProfile = administrators.Name } }, org);
        scene.Fake.Claims = claims => claims["preferred_username"] = Jane;
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.NoProfile);
        Assert.Null(await scene.UserAsync(Jane));
    }

    [Fact]
    public async Task Two_organizations_never_meet()
    {
        var server = await servers.OnAsync("SQLite");
        await using var theirs = await OidcScene.NewAsync(server);
        var victim = await theirs.LinkedUserAsync(change: row => row.Email = Jane);
        await using var ours = await LinkingAsync("SQLite", settings => settings with { Provisioning = new() { Creates = true, DefaultProfile = "none" } });
        // The same subject at another provider is somebody else, and an address is looked for at home only.
        await ours.IsRefusedAsync(await ours.SignInAsync(), AssertionFlaw.NoProfile);
        // Even a link that should never be there opens nothing.
        await ours.LinkAsync(victim.Id);
        await ours.IsRefusedAsync(await ours.SignInAsync(), AssertionFlaw.OtherOrganization);
    }

    [Fact]
    public async Task A_name_that_somebody_has_on_this_server_is_not_given_again()
    {
        var server = await servers.OnAsync("SQLite");
        var taken = await (await TestOrg.AddAsync(server)).UserAsync();
        var (scene, _, _) = await ProvisioningAsync("SQLite");
        await using var _ = scene;
        var before = scene.Fake.Claims!;
        scene.Fake.Claims = claims =>
        {
            before(claims);
            claims["preferred_username"] = taken.Username;
        };
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.NameTaken);
    }

    [Fact]
    public async Task A_person_links_by_a_fresh_sign_in_there()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync();
        await scene.Browser.SignInAsync(user);
        var page = await scene.SignInAsync(LinkOf(user));
        Assert.Equal("/settings/single-sign-on?outcome=linked", page.LocalLocation);
        var identity = Assert.Single(await scene.IdentitiesAsync());
        Assert.Equal((user.Id, FakeProvider.Subject), (identity.UserId, identity.Subject));
        scene.Browser = new(scene.Server, TestServer.Office);
        OidcScene.IsIn(await scene.SignInAsync());
    }

    [Theory]
    [InlineData(-90)]
    [InlineData(null)]
    public async Task An_old_sign_in_there_does_not_link(int? seconds)
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync();
        await scene.Browser.SignInAsync(user);
        scene.Fake.Claims = claims => claims["auth_time"] = seconds is { } ago ? (long)claims["auth_time"]! + ago : null;
        Assert.Equal("/settings/single-sign-on?outcome=refused", (await scene.SignInAsync(LinkOf(user))).LocalLocation);
        Assert.Empty(await scene.IdentitiesAsync());
    }

    [Fact]
    public async Task An_identity_of_somebody_else_is_not_linked()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        var owner = await scene.LinkedUserAsync();
        var user = await scene.Org.UserAsync();
        await scene.Browser.SignInAsync(user);
        Assert.Equal("/settings/single-sign-on?outcome=elsewhere", (await scene.SignInAsync(LinkOf(user))).LocalLocation);
        Assert.Equal(owner.Id, Assert.Single(await scene.IdentitiesAsync()).UserId);
    }

    [Fact]
    public async Task Whoever_signed_in_meanwhile_is_linked_with_nothing()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        var (user, other) = (await scene.Org.UserAsync(), await scene.Org.UserAsync());
        await scene.Browser.SignInAsync(user);
        var url = await scene.LeaveAsync(LinkOf(user));
        await scene.Browser.SignInAsync(other);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await scene.ReturnAsync(url)).Status);
        Assert.Empty(await scene.IdentitiesAsync());
    }

    ClientKey? First { get; set; }

    static SsoErrand LinkOf(TestUser user) => new(SsoPurpose.Link, null, user.Id, MustBeNew: true);

    async Task<OidcScene> LinkingAsync(string database, Func<ProviderSettings, ProviderSettings>? change = null)
    {
        var scene = await OidcScene.NewAsync(await servers.OnAsync(database), settings =>
        {
            settings = settings with { Domains = [domain], LinksByVerifiedEmail = true };
            return change?.Invoke(settings) ?? settings;
        });
        scene.Fake.Claims = claims => claims["email"] = Jane;
        return scene;
    }

    async Task<(OidcScene Scene, Profile Sales, Profile Support)> ProvisioningAsync(string database, string claim = "groups")
    {
        var org = await TestOrg.AddAsync(await servers.OnAsync(database));
        var (sales, support) = (await org.ProfileAsync(new()), await org.ProfileAsync(new()));
        var scene = await OidcScene.NewAsync(await servers.OnAsync(database), settings => settings with
        {
            Provisioning = new()
            {
                Creates = true,
                Profiles = [new() { Claim = claim, Value = "support", Profile = support.Name }, new() { Claim = claim, Value = "sales", Profile = sales.Name }],
                LeftWhen = new() { Claim = "employment", Value = "ended" },
                DeactivatesWithoutProfile = true,
            },
        }, org);
        First = scene.Fake.Key;
        scene.Fake.Claims = claims => (claims["preferred_username"], claims["email"], claims["groups"]) = (Jane, Jane, new JsonArray("staff", "sales"));
        return (scene, sales, support);
    }
}
