using Microsoft.Extensions.Logging.Abstractions;
using OAuthServer.Accounts;
using OAuthServer.Data;

namespace OAuthServer.Tests.Accounts;

public sealed class SingleUseTests
{
    const int Racers = 16;

    [Fact]
    public async Task A_step_is_taken_once_however_many_race_for_it()
    {
        await using var scene = await AccountScene.NewAsync();
        var id = await AuthenticatorAsync(scene, confirmed: true);
        Assert.Equal(1, await RaceAsync(scene, sql => SingleUse.ClaimStepAsync(sql, id, 100)));
        await using var session = await scene.Database.OpenSessionAsync(TestContext.Current.CancellationToken);
        Assert.False(await SingleUse.ClaimStepAsync(session, id, 99));
        Assert.True(await SingleUse.ClaimStepAsync(session, id, 101));
    }

    [Fact]
    public async Task An_unconfirmed_authenticator_has_no_steps_to_take()
    {
        await using var scene = await AccountScene.NewAsync();
        var id = await AuthenticatorAsync(scene, confirmed: false);
        Assert.Equal(0, await RaceAsync(scene, sql => SingleUse.ClaimStepAsync(sql, id, 100)));
    }

    [Fact]
    public async Task A_single_use_token_is_spent_once()
    {
        await using var scene = await AccountScene.NewAsync();
        await scene.IssueTokenAsync(scene.Ada);
        var token = Assert.Single(await scene.RowsAsync(db => db.SecurityTokens));
        Assert.Equal(1, await RaceAsync(scene, sql => SingleUse.ClaimTokenAsync(sql, token.Id, scene.Clock.GetUtcNow(), spend: true)));
        var after = Assert.Single(await scene.RowsAsync(db => db.SecurityTokens));
        Assert.Equal(scene.Clock.GetUtcNow(), after.SpentAt);
        Assert.Equal(1, after.UseCount);
    }

    [Fact]
    public async Task Every_use_of_a_lasting_token_is_counted()
    {
        await using var scene = await AccountScene.NewAsync();
        await scene.IssueTokenAsync(scene.Ada);
        var token = Assert.Single(await scene.RowsAsync(db => db.SecurityTokens));
        Assert.Equal(Racers, await RaceAsync(scene, sql => SingleUse.ClaimTokenAsync(sql, token.Id, scene.Clock.GetUtcNow(), spend: false)));
        var after = Assert.Single(await scene.RowsAsync(db => db.SecurityTokens));
        Assert.Equal(Racers, after.UseCount);
        Assert.Equal(scene.Clock.GetUtcNow(), after.LastUsedAt);
        Assert.Null(after.SpentAt);
    }

    [Fact]
    public async Task A_token_retired_since_it_was_read_cannot_be_used()
    {
        await using var scene = await AccountScene.NewAsync();
        await scene.IssueTokenAsync(scene.Ada);
        var token = Assert.Single(await scene.RowsAsync(db => db.SecurityTokens));
        await scene.IssueTokenAsync(scene.Ada);
        Assert.Equal(0, await RaceAsync(scene, sql => SingleUse.ClaimTokenAsync(sql, token.Id, scene.Clock.GetUtcNow(), spend: false)));
    }

    [Fact]
    public async Task A_recovery_code_is_used_once()
    {
        await using var scene = await AccountScene.NewAsync();
        await using var db = scene.Database.NewContext();
        var code = new RecoveryCode { UserId = scene.Ada, Hash = RecoveryCodes.HashOf(scene.Key, scene.Ada, RecoveryCodes.NewSet()[0])! };
        db.RecoveryCodes.Add(code);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await RaceAsync(scene, sql => SingleUse.ClaimRecoveryCodeAsync(sql, code.Id, scene.Clock.GetUtcNow())));
    }

    [Fact]
    public async Task Claims_in_one_write_batch_see_each_other()
    {
        await using var scene = await AccountScene.NewAsync();
        var id = await AuthenticatorAsync(scene, confirmed: true);
        await using var queue = new WriteQueue(scene.Database, new ChangeWatch(scene.Database), NullLogger<WriteQueue>.Instance);
        var claims = Enumerable.Range(0, Racers).Select(_ => queue.CommitAsync(scope => SingleUse.ClaimStepAsync(scope.Sql, id, 100))).ToList();
        queue.Start();
        Assert.Single(await Task.WhenAll(claims), claimed => claimed);
    }

    static async Task<long> AuthenticatorAsync(AccountScene scene, bool confirmed)
    {
        await using var db = scene.Database.NewContext();
        var authenticator = new Authenticator { UserId = scene.Ada, Seed = [1], ConfirmedAt = confirmed ? scene.Clock.GetUtcNow() : null };
        db.Authenticators.Add(authenticator);
        await db.SaveChangesAsync();
        return authenticator.Id;
    }

    /// <summary>How many of many callers, each on a connection of its own, were told yes.</summary>
    static async Task<int> RaceAsync(AccountScene scene, Func<SqlSession, ValueTask<bool>> claim)
    {
        using var start = new Barrier(Racers);
        var claims = await Task.WhenAll(Enumerable.Range(0, Racers).Select(_ => Task.Factory.StartNew(
            async () =>
            {
                start.SignalAndWait();
                await using var session = await scene.Database.OpenSessionAsync();
                return await claim(session);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
        return claims.Count(claimed => claimed);
    }
}
