using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

public sealed class ConfigApplyTests : IAsyncLifetime
{
    readonly PasswordHashing hashing = new(new() { Rounds = 1000 });
    readonly ManualClock clock = new();
    Scratch scratch = null!;
    ConfigFiles files = null!;

    public async ValueTask InitializeAsync()
    {
        scratch = await Scratch.NewAsync();
        files = ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "acme"));
    }

    public async ValueTask DisposeAsync()
    {
        hashing.Dispose();
        await scratch.DisposeAsync();
    }

    [Fact]
    public async Task Everything_declared_is_made()
    {
        var report = await ApplyAsync();
        Assert.Equal(
            [
                "+ organization \"Acme\"", "+ trusted network \"Head office\" 192.0.2.0/24 of Acme", "+ profile \"Standard\" of Acme",
                "+ user \"ann@acme.example\"", "+ app \"nightly\"",
            ],
            report.Changes);
        await using var db = scratch.Database.NewContext();
        var ann = await db.Users.SingleAsync(Cancellation);
        Assert.True(ann.IsDeclared);
        Assert.Null(ann.PasswordHash);
        Assert.Equal((1, "tests"), await db.ProfileVersions.Select(v => ValueTuple.Create(v.Version, v.SavedBy)).SingleAsync(Cancellation));
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        await ApplyAsync();
        var before = await StampAsync();
        var report = await ApplyAsync();
        Assert.Empty(report.Changes);
        Assert.Empty(report.Kept);
        Assert.Equal(before, await StampAsync());
        await using var db = scratch.Database.NewContext();
        Assert.Equal(1, await db.ProfileVersions.CountAsync(Cancellation));
    }

    [Fact]
    public async Task A_plan_tells_what_an_apply_would_do_and_does_not_do_it()
    {
        files.Set("users/ann.json", "password", "\"generate\"");
        var plan = await PlanAsync();
        await using var db = scratch.Database.NewContext();
        Assert.False(await db.Organizations.AnyAsync(Cancellation));
        Assert.Empty(plan.NewUsers);
        Assert.Equal(plan.Changes, (await ApplyAsync()).Changes);
    }

    [Fact]
    public async Task A_changed_profile_is_a_new_version_and_the_difference_is_told()
    {
        await ApplyAsync();
        files.Set("profiles/standard.json", "lockout.maxInvalidAttempts", "5").Set("profiles/standard.json", "loginRanges", "[\"192.0.2.1\"]");
        var report = await ApplyAsync();
        Assert.Equal(
            ["~ profile \"Standard\" of Acme: loginRanges [] -> [\"192.0.2.1\"]", "~ profile \"Standard\" of Acme: lockout.maxInvalidAttempts 10 -> 5"],
            report.Changes);
        await using var db = scratch.Database.NewContext();
        Assert.Equal(2, (await db.Profiles.SingleAsync(Cancellation)).Version);
        var latest = await db.ProfileVersions.SingleAsync(version => version.Version == 2, Cancellation);
        Assert.Equal(5, SettingsJson.Read<ProfileSettings>(latest.Settings).Lockout.MaxInvalidAttempts);
    }

    [Fact]
    public async Task A_changed_user_keeps_what_is_the_users_own()
    {
        files.Set("users/ann.json", "password", "\"generate\"").Write("profiles/api.json", """{ "name": "API" }""");
        await ApplyAsync();
        string? hash;
        await using (var db = scratch.Database.NewContext())
        {
            var ann = await db.Users.SingleAsync(Cancellation);
            hash = ann.PasswordHash;
            (ann.Status, ann.Language, ann.UntrustedFailures) = (UserStatus.Frozen, "de_DE", 3);
            await db.SaveChangesAsync(Cancellation);
        }
        var report = await ApplyAsync(change => change.Set("users/ann.json", "profile", "\"API\""));
        Assert.Equal(["~ user \"ann@acme.example\": profile \"Standard\" -> \"API\""], report.Changes);
        Assert.Empty(report.NewUsers);
        await using var after = scratch.Database.NewContext();
        var kept = await after.Users.SingleAsync(Cancellation);
        Assert.Equal((hash, UserStatus.Frozen, "de_DE", 3), (kept.PasswordHash, kept.Status, kept.Language, kept.UntrustedFailures));
    }

    [Fact]
    public async Task Freezing_a_user_ends_the_sessions_for_good_and_a_plan_ends_none()
    {
        await ApplyAsync();
        string ann;
        await using (var db = scratch.Database.NewContext())
        {
            ann = (await db.Users.SingleAsync(Cancellation)).Id;
            db.Add(new BrowserSession { Id = "s", Hash = "h", UserId = ann, StartedAt = clock.GetUtcNow(), AuthenticatedAt = clock.GetUtcNow(), LastSeenAt = clock.GetUtcNow() });
            await db.SaveChangesAsync(Cancellation);
        }
        files.Set("users/ann.json", "status", "\"frozen\"");
        await PlanAsync();
        Assert.Null(await EndedAtAsync());
        await ApplyAsync();
        Assert.Equal(clock.GetUtcNow(), await EndedAtAsync());
        await ApplyAsync(change => change.Set("users/ann.json", "status", "\"active\""));
        Assert.Equal(clock.GetUtcNow(), await EndedAtAsync());

        async Task<DateTimeOffset?> EndedAtAsync()
        {
            await using var db = scratch.Database.NewContext();
            return await db.BrowserSessions.Where(s => s.UserId == ann).Select(s => s.EndedAt).SingleAsync(Cancellation);
        }
    }

    [Fact]
    public async Task A_changed_organization_and_app_are_updated()
    {
        await ApplyAsync();
        var report = await ApplyAsync(change => change.Set("organization.json", "passwordGrantEnabled", "true")
            .Set("apps/nightly.json", "accessTokenMinutes", "5").Set("apps/nightly.json", "active", "false").Set("apps/nightly.json", "runAs", "\"ann@acme.example\""));
        Assert.Equal(
            [
                "~ organization \"Acme\": passwordGrantEnabled false -> true", "~ app \"nightly\": active true -> false",
                "~ app \"nightly\": runAs none -> \"ann@acme.example\"", "~ app \"nightly\": accessTokenMinutes 60 -> 5",
            ],
            report.Changes);
    }

    [Fact]
    public async Task A_declared_password_is_the_first_one_only()
    {
        Environment.SetEnvironmentVariable("OAUTHSERVER_TEST_ANN", "Correct-Horse-7");
        files.Set("users/ann.json", "password", "\"env:OAUTHSERVER_TEST_ANN\"");
        var report = await ApplyAsync();
        Assert.Equal("ann@acme.example", Assert.Single(report.NewUsers).Username);
        Assert.Empty(report.Generated);
        await using var db = scratch.Database.NewContext();
        var ann = await db.Users.SingleAsync(Cancellation);
        Assert.Equal(clock.GetUtcNow(), ann.PasswordChangedAt);
        Assert.NotEqual(PasswordCheck.Wrong, await hashing.VerifyAsync(ann.PasswordHash, "Correct-Horse-7", Cancellation));
        Environment.SetEnvironmentVariable("OAUTHSERVER_TEST_ANN", "Another-Horse-8");
        Assert.Empty((await ApplyAsync()).Changes);
    }

    [Fact]
    public async Task A_demos_secrets_are_generated_once_and_told_once()
    {
        files.Set("users/ann.json", "password", "\"generate\"").Set("apps/nightly.json", "secrets", """[{ "name": "first", "value": "generate" }]""");
        var report = await ApplyAsync();
        Assert.Equal(["password of ann@acme.example", "secret \"first\" of nightly"], report.Generated.Select(secret => secret.ToString()));
        await using var db = scratch.Database.NewContext();
        Assert.Equal(scratch.Key.KeyedHash("app-secret", report.Generated[1].Value), (await db.AppSecrets.SingleAsync(Cancellation)).Hash);
        Assert.NotEqual(PasswordCheck.Wrong, await hashing.VerifyAsync((await db.Users.SingleAsync(Cancellation)).PasswordHash, report.Generated[0].Value, Cancellation));
        var again = await ApplyAsync();
        Assert.Empty(again.Generated);
        Assert.Empty(again.Changes);
    }

    [Fact]
    public async Task A_declared_secret_is_never_shown_and_follows_its_reference()
    {
        files.Write("secret.txt", "first-value-of-the-secret\n").Set("apps/nightly.json", "secrets", """[{ "name": "main", "value": "file:../secret.txt" }]""");
        await ApplyAsync();
        var report = await ApplyAsync(change => change.Write("secret.txt", "second-value-of-the-secret\n").Set("apps/nightly.json", "secrets", """[{ "name": "main", "value": "file:../secret.txt", "expiresAt": "2030-01-31T00:00:00.1234567Z" }]"""));
        Assert.Equal(
            ["~ secret \"main\" of app \"nightly\": expiresAt none -> \"2030-01-31T00:00:00.123+00:00\"", "~ secret \"main\" of app \"nightly\": another value"],
            report.Changes);
        await using var db = scratch.Database.NewContext();
        Assert.Equal(scratch.Key.KeyedHash("app-secret", "second-value-of-the-secret"), (await db.AppSecrets.SingleAsync(Cancellation)).Hash);
        Assert.Empty((await ApplyAsync()).Changes);
    }

    [Fact]
    public async Task What_is_no_longer_declared_stays_without_prune()
    {
        await ApplyAsync(change => change.Set("apps/nightly.json", "secrets", """[{ "name": "old", "value": "generate" }]""")
            .Write("profiles/old.json", """{ "name": "Old" }""").Write("users/bob.json", """{ "username": "bob@acme.example", "email": "bob@acme.example", "profile": "Old" }""")
            .Write("apps/old.json", """{ "clientId": "old", "name": "Old", "flows": [] }"""));
        await using (var db = scratch.Database.NewContext())
            await db.AppSecrets.ExecuteUpdateAsync(set => set.SetProperty(secret => secret.LastUsedAt, clock.GetUtcNow()), Cancellation);
        files.Set("apps/nightly.json", "secrets", null).Delete("profiles/old.json").Delete("users/bob.json").Delete("apps/old.json")
            .Set("organization.json", "trustedNetworks", null);
        string[] removed =
        [
            "trusted network \"Head office\" 192.0.2.0/24 of Acme", "user \"bob@acme.example\"",
            "secret \"old\" of app \"nightly\" (last used 2026-03-04 10:00 UTC)", "app \"old\" (never used)", "profile \"Old\" of Acme",
        ];
        var kept = await ApplyAsync();
        Assert.Empty(kept.Changes);
        Assert.Equal(removed.Select(what => $"! {what} is not in the files; prune removes it"), kept.Kept);

        var pruned = await ApplyAsync(prune: true);
        Assert.Equal(removed.Select(what => $"- {what}"), pruned.Changes);
        Assert.Empty(pruned.Kept);
        Assert.Empty((await ApplyAsync(prune: true)).Changes);
        await using var after = scratch.Database.NewContext();
        Assert.Equal((1, 1, 1, 0, 0), (
            await after.Users.CountAsync(Cancellation), await after.Profiles.CountAsync(Cancellation), await after.ConnectedApps.CountAsync(Cancellation),
            await after.TrustedNetworks.CountAsync(Cancellation), await after.AppSecrets.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task Prune_never_removes_a_user_that_was_not_declared_nor_that_users_profile()
    {
        await ApplyAsync(change => change.Write("profiles/old.json", """{ "name": "Old" }"""));
        await using (var db = scratch.Database.NewContext())
        {
            var old = await db.Profiles.SingleAsync(profile => profile.Name == "Old", Cancellation);
            db.Users.Add(new()
            {
                Id = RecordId.NewUser(),
                OrgId = old.OrgId,
                ProfileId = old.Id,
                Username = "eve@acme.example",
                NormalizedUsername = "eve@acme.example",
                Email = "eve@acme.example",
            });
            await db.SaveChangesAsync(Cancellation);
        }
        files.Delete("profiles/old.json");
        var report = await ApplyAsync(prune: true);
        Assert.Empty(report.Changes);
        Assert.Equal(["! profile \"Old\" of Acme is not in the files, but 1 users have it; give them another first"], report.Kept);
    }

    [Fact]
    public async Task A_failure_leaves_nothing_behind()
    {
        await using (var db = scratch.Database.NewContext())
            await db.Database.ExecuteSqlRawAsync("CREATE TRIGGER refuse BEFORE INSERT ON connected_apps BEGIN SELECT RAISE(ABORT, 'no'); END", Cancellation);
        var before = await StampAsync();
        await Assert.ThrowsAsync<DbUpdateException>(() => ApplyAsync());
        await using var after = scratch.Database.NewContext();
        Assert.False(await after.Organizations.AnyAsync(Cancellation));
        Assert.Equal(before, await StampAsync());
    }

    [Fact]
    public async Task A_folder_of_folders_holds_several_organizations()
    {
        ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "all", "one"));
        ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "all", "two")).Set("organization.json", "name", "\"Beta\"")
            .Set("users/ann.json", "username", "\"ann@beta.example\"").Set("apps/nightly.json", "clientId", "\"beta\"");
        files = new(Path.Combine(scratch.Folder, "all"));
        Assert.Equal(10, (await ApplyAsync()).Changes.Count);
        await using var db = scratch.Database.NewContext();
        Assert.Equal(["Acme", "Beta"], await db.Organizations.Select(org => org.Name).OrderBy(name => name).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task The_shipped_demo_applies_twice()
    {
        files = new(Path.Combine(ConfigFiles.Shipped(), "demo"));
        var report = await ApplyAsync();
        Assert.Equal(report.NewUsers.Count, report.Generated.Count(secret => secret.Kind == "password"));
        Assert.Empty((await ApplyAsync(prune: true)).Changes);
        Snapshot.Matches(string.Join('\n', report.Changes), "demo-plan");
    }

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    Task<ApplyReport> PlanAsync() => ConfigApply.PlanAsync(scratch.Database, scratch.Key, files.Folder, prune: false, "tests", clock);

    Task<ApplyReport> ApplyAsync(Action<ConfigFiles>? change = null, bool prune = false)
    {
        change?.Invoke(files);
        return ConfigApply.ApplyAsync(scratch.Database, scratch.Key, hashing, files.Folder, prune, "tests", clock);
    }

    async Task<long> StampAsync()
    {
        await using var db = scratch.Database.NewContext();
        return await db.ChangeStamps.Select(stamp => stamp.Version).SingleAsync(Cancellation);
    }
}
