using OAuthServer.Accounts;

namespace OAuthServer.Tests.Accounts;

public sealed class SecurityTokenUsesTests
{
    [Fact]
    public async Task A_reset_is_announced_with_what_it_stops()
    {
        await using var scene = await AccountScene.NewAsync();
        var now = scene.Clock.GetUtcNow();
        await using var db = scene.Database.NewContext();
        db.LoginRecords.AddRange(
            Records.Login(scene.Ada, now.AddDays(-90)),
            Records.Login(scene.Ada, now.AddDays(-10), needed: false),
            Records.Login(scene.Ada, now.AddDays(-1)),
            Records.Login(scene.Ada, now.AddDays(-2), app: null, address: "198.51.100.4", agent: "curl", needed: false),
            Records.Login(scene.Ada, now.AddDays(-3), app: "gone", agent: "old"),
            Records.Login(scene.Ada, now.AddDays(-91), agent: "forgotten"),
            Records.Login(scene.Ada, now.AddDays(-1), agent: "without token", used: false),
            Records.Login(scene.Bob, now.AddDays(-1), agent: "bob's"));
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);

        var uses = await SecurityTokenUses.ReadAsync(db, await scene.UserAsync(scene.Ada), now, TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                new("loader", "Data Loader", "203.0.113.7", "loader/1", 3, 2, now.AddDays(-90), now.AddDays(-1)),
                new(null, null, "198.51.100.4", "curl", 1, 0, now.AddDays(-2), now.AddDays(-2)),
                new("gone", null, "203.0.113.7", "old", 1, 1, now.AddDays(-3), now.AddDays(-3)),
            ],
            uses);
    }
}
