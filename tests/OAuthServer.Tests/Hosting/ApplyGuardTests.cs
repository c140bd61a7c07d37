using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Administration.Policies;
using OAuthServer.Configuration;
using OAuthServer.Hosting.Commands;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>Files shut nobody out either, unless the operator says so.</summary>
public sealed class ApplyGuardTests : IAsyncLifetime
{
    const string Profile = "profiles/standard.json";

    readonly PasswordHashing hashing = new(new() { Rounds = 1000 });
    readonly ManualClock clock = new();
    Scratch scratch = null!;
    ConfigFiles files = null!;

    public async ValueTask InitializeAsync()
    {
        scratch = await Scratch.NewAsync();
        files = ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "acme")).Set(Profile, "permissions.administrator", "true");
    }

    public async ValueTask DisposeAsync()
    {
        hashing.Dispose();
        await scratch.DisposeAsync();
    }

    [Fact]
    public async Task An_apply_after_which_no_administrator_could_sign_in_is_refused_as_a_whole_unless_it_is_forced()
    {
        await ApplyAsync(); // of an organization where nobody has a password yet
        await using (var db = scratch.Database.NewContext())
        {
            (await db.Users.SingleAsync(TestContext.Current.CancellationToken)).PasswordHash = "$set";
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        files.Set(Profile, "session.idleMinutes", "30");
        Assert.NotEmpty((await ApplyAsync()).Changes);
        files.Set(Profile, "apiOnly", "true");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ApplyAsync());
        Assert.Contains("no administrator could sign in", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ann@acme.example", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, await VersionAsync());
        await ApplyAsync(force: true);
        Assert.Equal(3, await VersionAsync());
    }

    Task<ApplyReport> ApplyAsync(bool force = false) => ConfigApply.ApplyAsync(
        scratch.Database, scratch.Key, hashing, files.Folder, prune: false, "tests", clock, guard: new ApplyGuard(new AccessCheck(), clock, force));

    async Task<int> VersionAsync()
    {
        await using var db = scratch.Database.NewContext();
        return (await db.Profiles.SingleAsync(TestContext.Current.CancellationToken)).Version;
    }
}
