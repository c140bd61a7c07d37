using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Federation;

/// <summary>Which account an answer means, and what it does to that account.</summary>
[Collection(nameof(ServersCollection))]
public sealed class FederatedAccountsTests(Servers servers)
{
    static int count;

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_first_sign_in_makes_an_account_and_the_next_finds_it_updated(string database)
    {
        var scene = await SceneAsync(database);
        var made = Linked(await scene.EnsureAsync(scene.Subject, ("email", scene.Email), ("given_name", "Ann"), ("groups", "staff")));
        Assert.Equal((scene.Email, "Ann", scene.Staff.Id, scene.Provider.Id), (made.Username, made.FirstName, made.ProfileId, made.ProvisionedBy));
        Assert.Null(made.PasswordHash);
        var again = Linked(await scene.EnsureAsync(scene.Subject, ("email", "new-" + scene.Email), ("given_name", "Anna"), ("groups", "sales")));
        Assert.Equal((made.Id, scene.Email, "new-" + scene.Email, "Anna", scene.Sales.Id), (again.Id, again.Username, again.Email, again.FirstName, again.ProfileId));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Twenty_first_sign_ins_at_once_make_one_account(string database)
    {
        var scene = await SceneAsync(database);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => scene.EnsureAsync(scene.Subject, ("email", scene.Email), ("groups", "staff"))));
        var id = Linked(answers[0]).Id;
        Assert.All(answers, answer => Assert.Equal(id, Linked(answer).Id));
        await using var db = scene.Server.Database.NewContext();
        Assert.Equal(1, await db.Users.CountAsync(u => u.OrgId == scene.Org.Id, Cancellation));
        Assert.Equal(1, await db.FederatedIdentities.CountAsync(i => i.ProviderId == scene.Provider.Id, Cancellation));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Nobody_is_made_without_a_profile_with_a_taken_name_as_an_administrator_or_where_the_provider_may_not(string database)
    {
        var scene = await SceneAsync(database);
        Assert.Equal(AssertionFlaw.NoProfile, Refused(await scene.EnsureAsync(scene.Subject, ("email", scene.Email), ("groups", "visitors"))));
        Assert.Equal(AssertionFlaw.NoProfile, Refused(await scene.EnsureAsync(scene.Subject, ("email", scene.Email), ("groups", "rulers"))));
        Assert.Equal(AssertionFlaw.NameTaken, Refused(await scene.EnsureAsync(scene.Subject, ("groups", "staff"))));
        var taken = await scene.Org.UserAsync();
        Assert.Equal(AssertionFlaw.NameTaken, Refused(await scene.EnsureAsync(scene.Subject, ("preferred_username", taken.Username), ("email", scene.Email), ("groups", "staff"))));
        var strict = await scene.WithAsync(settings => settings with { Provisioning = new() });
        Assert.Equal(AssertionFlaw.NoAccount, Refused(await strict.EnsureAsync(scene.Subject, ("email", scene.Email), ("groups", "staff"))));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_address_links_only_where_the_provider_speaks_for_its_domain_and_has_verified_it(string database)
    {
        var scene = await SceneAsync(database, settings => settings with { LinksByVerifiedEmail = true });
        var owner = await scene.Org.UserAsync(change: user => user.Email = scene.Email);
        Assert.Equal(AssertionFlaw.EmailNotVerified, Refused(await scene.EnsureAsync(scene.Subject, ("email", scene.Email), ("groups", "staff"))));
        Assert.Equal(AssertionFlaw.EmailNotTrusted, Refused(await (await scene.WithAsync(settings => settings with { Domains = [], LinksByVerifiedEmail = true }))
            .EnsureAsync(scene.Subject, verified: true, ("email", scene.Email), ("groups", "staff"))));
        Assert.Equal(owner.Id, Linked(await scene.EnsureAsync(scene.Subject, verified: true, ("email", scene.Email.ToUpperInvariant()), ("groups", "staff"))).Id);
        // From now on the identity is the link: an address that somebody else gets takes over nobody.
        Assert.Equal(AssertionFlaw.LinkedElsewhere, Refused(await scene.EnsureAsync("another", verified: true, ("email", scene.Email), ("groups", "staff"))));
        Assert.Equal(owner.Id, Linked(await scene.EnsureAsync(scene.Subject, ("email", "elsewhere@mail.test"))).Id);
        // What an administrator has made, the provider does not change.
        Assert.Equal(scene.Email, (await owner.RowAsync()).Email);
        Assert.Equal(owner.ProfileId, (await owner.RowAsync()).ProfileId);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Who_has_left_is_made_inactive_with_all_that_was_granted_but_not_the_break_glass_administrator(string database)
    {
        var scene = await SceneAsync(database, settings => settings with { Provisioning = settings.Provisioning with { LeftWhen = new() { Claim = "active", Value = "false" } } });
        var user = Linked(await scene.EnsureAsync(scene.Subject, ("email", scene.Email), ("groups", "staff")));
        await using (var db = scene.Server.Database.NewContext())
        {
            db.Add(new BrowserSession { Id = "sid-" + user.Id, Hash = "hash-" + user.Id, UserId = user.Id, StartedAt = scene.Server.Clock.GetUtcNow() });
            await db.SaveChangesAsync(Cancellation);
        }
        Assert.Equal(AssertionFlaw.Deprovisioned, Refused(await scene.EnsureAsync(scene.Subject, ("email", scene.Email), ("groups", "staff"), ("active", "false"))));
        await using (var db = scene.Server.Database.NewContext())
        {
            Assert.Equal(UserStatus.Inactive, (await db.Users.SingleAsync(u => u.Id == user.Id, Cancellation)).Status);
            Assert.NotNull((await db.BrowserSessions.SingleAsync(s => s.UserId == user.Id, Cancellation)).EndedAt);
        }
        var glass = await scene.Org.UserAsync(change: u => u.IsBreakGlass = true);
        await scene.LinkAsync(glass.Id, "glass");
        Assert.Equal(AssertionFlaw.Deprovisioned, Refused(await scene.EnsureAsync("glass", ("active", "false"))));
        Assert.Equal(UserStatus.Active, (await glass.RowAsync()).Status);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_account_that_no_rule_maps_any_more_stays_out_and_ends_where_that_is_wanted(string database)
    {
        var scene = await SceneAsync(database);
        var user = Linked(await scene.EnsureAsync(scene.Subject, ("email", scene.Email), ("groups", "staff")));
        Assert.Equal(AssertionFlaw.NoProfile, Refused(await scene.EnsureAsync(scene.Subject, ("email", scene.Email))));
        await using var db = scene.Server.Database.NewContext();
        Assert.Equal(UserStatus.Active, (await db.Users.AsNoTracking().SingleAsync(u => u.Id == user.Id, Cancellation)).Status);
        var ending = scene with { Provider = scene.Provider with { Settings = scene.Provider.Settings with { Provisioning = scene.Provider.Settings.Provisioning with { DeactivatesWithoutProfile = true } } } };
        Assert.Equal(AssertionFlaw.NoProfile, Refused(await ending.EnsureAsync(scene.Subject, ("email", scene.Email))));
        Assert.Equal(UserStatus.Inactive, (await db.Users.AsNoTracking().SingleAsync(u => u.Id == user.Id, Cancellation)).Status);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_subject_of_one_provider_is_nobody_at_another_of_whatever_organization(string database)
    {
        var acme = await SceneAsync(database);
        var user = Linked(await acme.EnsureAsync(acme.Subject, ("email", acme.Email), ("groups", "staff")));
        var globex = await SceneAsync(database, settings => settings with { LinksByVerifiedEmail = true, Provisioning = new() });
        Assert.Equal(AssertionFlaw.NoAccount, Refused(await globex.EnsureAsync(acme.Subject, verified: true, ("email", acme.Email))));
        Assert.Equal(AssertionFlaw.OtherOrganization, await globex.LinkAsync(user.Id, "any"));
        // Even a link that somebody wrote into the database leads nowhere.
        await using (var db = acme.Server.Database.NewContext())
        {
            db.Add(new FederatedIdentity { ProviderId = globex.Provider.Id, Subject = "forged", UserId = user.Id, CreatedAt = acme.Server.Clock.GetUtcNow() });
            await db.SaveChangesAsync(Cancellation);
        }
        Assert.Equal(AssertionFlaw.OtherOrganization, Refused(await globex.EnsureAsync("forged")));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_link_is_one_accounts_and_an_account_has_one_at_each_provider(string database)
    {
        var scene = await SceneAsync(database);
        var (ann, bob) = (await scene.Org.UserAsync(), await scene.Org.UserAsync());
        Assert.Equal(AssertionFlaw.None, await scene.LinkAsync(ann.Id, "ann"));
        Assert.Equal(AssertionFlaw.None, await scene.LinkAsync(ann.Id, "ann"));
        Assert.Equal(AssertionFlaw.LinkedElsewhere, await scene.LinkAsync(ann.Id, "ann-2"));
        Assert.Equal(AssertionFlaw.LinkedElsewhere, await scene.LinkAsync(bob.Id, "ann"));
        Assert.Equal(ann.Id, Linked(await scene.EnsureAsync("ann")).Id);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Looking_changes_nothing(string database)
    {
        var scene = await SceneAsync(database);
        var seen = await scene.Accounts.FindAsync(scene.Answer(scene.Subject, verified: false, [("email", scene.Email), ("groups", "staff")]), Cancellation);
        Assert.Equal(scene.Staff.Id, Assert.IsType<FederatedAccount.ToBeMade>(seen).ProfileId);
        await using var db = scene.Server.Database.NewContext();
        Assert.False(await db.FederatedIdentities.AnyAsync(i => i.ProviderId == scene.Provider.Id, Cancellation));
    }

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static User Linked(FederatedAccount account) => Assert.IsType<FederatedAccount.Linked>(account).User;

    static AssertionFlaw Refused(FederatedAccount account) => Assert.IsType<FederatedAccount.Refused>(account).Flaw;

    async Task<FederationScene> SceneAsync(string database, Func<ProviderSettings, ProviderSettings>? change = null)
    {
        var server = await servers.OnAsync(database);
        var org = await TestOrg.AddAsync(server);
        var (staff, sales) = (await org.ProfileAsync(new()), await org.ProfileAsync(new()));
        var rulers = await org.ProfileAsync(new() { Permissions = new() { Administrator = true } });
        var number = Interlocked.Increment(ref count);
        var settings = new ProviderSettings
        {
            Label = "Provider",
            Oidc = new() { Issuer = "https://idp.example.test", ClientId = "oauthserver" },
            Domains = [$"domain{number}.test"],
            Provisioning = new()
            {
                Creates = true,
                Profiles =
                [
                    new() { Claim = "groups", Value = "staff", Profile = staff.Name }, new() { Claim = "groups", Value = "sales", Profile = sales.Name },
                    new() { Claim = "groups", Value = "rulers", Profile = rulers.Name },
                ],
            },
        };
        var provider = await org.ProviderAsync(change?.Invoke(settings) ?? settings);
        return new(server, org, provider, staff, sales, $"person{number}@domain{number}.test", "subject-" + number);
    }

    sealed record FederationScene(TestServer Server, TestOrg Org, ProviderEntry Provider, Profile Staff, Profile Sales, string Email, string Subject)
    {
        public FederatedAccounts Accounts => Server.Services.GetRequiredService<FederatedAccounts>();

        public Task<FederatedAccount> EnsureAsync(string subject, params (string Claim, string Value)[] claims) => EnsureAsync(subject, verified: false, claims);

        public Task<FederatedAccount> EnsureAsync(string subject, bool verified, params (string Claim, string Value)[] claims) => Accounts.EnsureAsync(Answer(subject, verified, claims), Cancellation);

        public Task<AssertionFlaw> LinkAsync(string userId, string subject) => Accounts.LinkAsync(userId, Answer(subject, verified: false, []), Cancellation);

        /// <summary>Another provider of the organization, which differs in this.</summary>
        public async Task<FederationScene> WithAsync(Func<ProviderSettings, ProviderSettings> change)
        {
            var settings = change(Provider.Settings);
            return this with { Provider = await Org.ProviderAsync(settings with { Domains = [] }) is var other ? other with { Settings = settings } : other };
        }

        public ProviderAnswer Answer(string subject, bool verified, (string Claim, string Value)[] claims) => new()
        {
            Provider = Provider,
            Flaw = AssertionFlaw.None,
            Subject = subject,
            Claims = new(claims.ToDictionary(c => c.Claim, c => (IReadOnlyList<string>)[c.Value], StringComparer.Ordinal), verified),
        };
    }
}
