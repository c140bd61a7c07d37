using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Policies;

/// <summary>A change after which no administrator could sign in is refused, and no other.</summary>
[Collection(nameof(ServersCollection))]
public sealed class NoLockOutTests(Servers servers)
{
    static readonly ProfileSettings Administrator = PolicyScene.Administrator;

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_save_that_shuts_the_last_administrator_out_is_refused_with_the_reason(string database)
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync(database));
        var answer = await scene.SaveAsync(scene.Admin.ProfileId, Administrator with { LoginRanges = ["192.0.2.0/24"] });
        var refusal = Assert.IsType<AdminRefusal.Conflict>(answer.Refusal);
        Assert.Equal("no-administrator-left", refusal.Type);
        Assert.Contains($"{scene.Admin.Username}: 127.0.0.1 is outside the profile's login IP ranges.", refusal.Detail, StringComparison.Ordinal);
        Assert.Empty((await scene.SettingsAsync(scene.Admin.ProfileId)).LoginRanges);
        Assert.Empty(await scene.AuditAsync());
    }

    [Fact]
    public async Task Another_administrator_who_still_comes_in_is_enough()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.Org.UserAsync(Administrator);
        Assert.Null((await scene.SaveAsync(scene.Admin.ProfileId, Administrator with { LoginRanges = ["192.0.2.0/24"] })).Refusal);
    }

    [Fact]
    public async Task Another_administrator_who_is_frozen_or_locked_out_or_of_another_organization_is_not()
    {
        var server = await servers.OnAsync("SQLite");
        var scene = await PolicyScene.NewAsync(server);
        await (await TestOrg.AddAsync(server)).UserAsync(Administrator);
        await scene.Org.UserAsync(Administrator, change: user => user.Status = UserStatus.Frozen);
        await scene.Org.UserAsync(Administrator, change: user => (user.UntrustedFailures, user.UntrustedLastFailureAt) = (10, server.Clock.GetUtcNow()));
        var refusal = Assert.IsType<AdminRefusal.Conflict>((await scene.SaveAsync(scene.Admin.ProfileId, Administrator with { Doors = [LoginChannel.PasswordGrant] })).Refusal);
        Assert.Contains("Locked: 10 failed attempts", refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hours")]
    [InlineData("sso")]
    [InlineData("api")]
    [InlineData("none")]
    public async Task Whatever_shuts_out_is_seen(string how)
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var settings = how switch
        {
            "hours" => Administrator with { LoginHours = new() { TimeZone = "UTC" } },
            "sso" => Administrator with { Sso = SsoMode.Required },
            "api" => Administrator with { ApiOnly = true },
            _ => new(),
        };
        Assert.Equal("no-administrator-left", Assert.IsType<AdminRefusal.Conflict>((await scene.SaveAsync(scene.Admin.ProfileId, settings)).Refusal).Type);
    }

    [Fact]
    public async Task A_factor_that_can_be_set_up_on_the_way_shuts_nobody_out_but_the_break_glass_way_needs_one_that_is()
    {
        var server = await servers.OnAsync("SQLite");
        var scene = await PolicyScene.NewAsync(server);
        Assert.Null((await scene.SaveAsync(scene.Admin.ProfileId, Administrator with { SecondFactor = new() { Browser = BrowserSecondFactor.Always } })).Refusal);
        var other = await PolicyScene.NewAsync(server);
        await other.Admin.ChangeAsync(user => user.IsBreakGlass = true);
        var required = Administrator with { Sso = SsoMode.Required };
        Assert.NotNull((await other.SaveAsync(other.Admin.ProfileId, required)).Refusal);
        await other.Admin.EnrolAsync();
        Assert.Null((await other.SaveAsync(other.Admin.ProfileId, required)).Refusal);
    }

    [Fact]
    public async Task At_the_machine_itself_any_address_that_comes_in_will_do()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var operation = scene.Call(from: null, door: AuditDoor.Cli);
        Assert.Null((await scene.SaveAsync(scene.Admin.ProfileId, Administrator with { LoginRanges = ["192.0.2.0/24"] }, operation)).Refusal);
    }

    [Fact]
    public async Task A_profile_that_no_administrator_has_can_be_shut_altogether()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var profile = await scene.Org.ProfileAsync(new());
        Assert.Null((await scene.SaveAsync(profile.Id, new() { LoginRanges = ["192.0.2.0/24"], Doors = [] })).Refusal);
    }

    [Fact]
    public async Task The_switch_that_requires_single_sign_on_of_everybody_is_refused_where_no_provider_knows_an_administrator()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var answer = await scene.Get<OrganizationOperations>().SaveAsync(scene.Call(), new(SsoRequiredByDefault: true));
        Assert.Equal("no-administrator-left", Assert.IsType<AdminRefusal.Conflict>(answer.Refusal).Type);
    }

    [Fact]
    public async Task Freezing_or_demoting_the_last_administrator_is_seen_and_freezing_anybody_else_is_not()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync();
        await using var db = scene.Server.Database.NewContext();
        var check = scene.Get<AccessCheck>();
        Assert.NotNull(await check.WhyNobodyLeftAsync(db, scene.Call(), ProposedChange.OfUser(scene.Admin.Id, account => account with { Status = UserStatus.Frozen })));
        Assert.NotNull(await check.WhyNobodyLeftAsync(db, scene.Call(), ProposedChange.OfUser(scene.Admin.Id, account => account with { ProfileId = user.ProfileId })));
        Assert.NotNull(await check.WhyNobodyLeftAsync(db, scene.Call(), ProposedChange.OfUser(scene.Admin.Id, _ => null)));
        Assert.Null(await check.WhyNobodyLeftAsync(db, scene.Call(), ProposedChange.OfUser(user.Id, account => account with { Status = UserStatus.Frozen })));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_two_administrators_who_shut_each_other_out_at_once_one_does(string database)
    {
        var server = await servers.OnAsync(database);
        for (var round = 0; round < 5; round++)
        {
            var scene = await PolicyScene.NewAsync(server);
            var other = await scene.Org.UserAsync(Administrator);
            var outcomes = await Task.WhenAll(new[] { scene.Admin.Id, other.Id }.Select(id => Task.Run(() => FreezeAsync(scene, id))));
            Assert.Single(outcomes, refusal => refusal is null);
        }
    }

    static async Task<AdminRefusal?> FreezeAsync(PolicyScene scene, string userId)
    {
        await using var db = scene.Server.Database.NewContext();
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await scene.Get<AccessCheck>().WhyNobodyLeftAsync(db, scene.Call(), ProposedChange.OfUser(userId, account => account with { Status = UserStatus.Frozen })) is { } refusal)
            return refusal;
        (await db.Users.FindAsync(userId))!.Status = UserStatus.Frozen;
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return null;
    }
}
