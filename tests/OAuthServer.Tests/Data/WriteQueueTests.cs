using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Data;

/// <summary>Many writes in one transaction, and each as if it were alone.</summary>
public sealed class WriteQueueTests : IAsyncLifetime
{
    const string Insert = "INSERT INTO revoked_tokens (jti, expires_at) VALUES (@p0, 1)";
    Scratch scratch = null!;
    WriteQueue writes = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        scratch = await Scratch.NewAsync();
        writes = new(scratch.Database, new ChangeWatch(scratch.Database), new LogLines<WriteQueue>());
    }

    public async ValueTask DisposeAsync()
    {
        await writes.DisposeAsync();
        await scratch.DisposeAsync();
    }

    [Fact]
    public async Task One_that_fails_does_no_harm_to_its_batch()
    {
        var work = Enumerable.Range(0, 50).Select(i => writes.CommitAsync(scope => i == 25 ? scope.Sql.ExecuteAsync("INSERT INTO nowhere VALUES (1)") : scope.Sql.ExecuteAsync(Insert, "t" + i), Stop)).ToList();
        writes.Start(); // all of it is there already: one batch
        await Assert.ThrowsAnyAsync<DbException>(() => work[25]);
        work.RemoveAt(25);
        Assert.All(await Task.WhenAll(work), changed => Assert.Equal(1, changed));
        Assert.Equal(49, await CountAsync());
        Assert.Equal(1, await writes.CommitAsync(scope => scope.Sql.ExecuteAsync(Insert, "after"), Stop));
    }

    [Fact]
    public async Task One_that_throws_a_bug_does_no_harm_to_its_batch()
    {
        var work = Enumerable.Range(0, 10).Select(i => writes.CommitAsync(scope => i == 3 ? throw new InvalidOperationException("bug") : scope.Sql.ExecuteAsync(Insert, "t" + i), Stop)).ToList();
        writes.Start();
        await Assert.ThrowsAsync<InvalidOperationException>(() => work[3]);
        work.RemoveAt(3);
        await Task.WhenAll(work);
        Assert.Equal(9, await CountAsync());
    }

    [Fact]
    public async Task Many_callers_at_once_are_each_kept_once()
    {
        writes.Start();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(
            async () =>
            {
                for (var i = 0; i < 50; i++)
                    await writes.CommitAsync(scope => scope.Sql.ExecuteAsync(Insert, $"{caller}-{i}"), Stop);
            },
            Stop)));
        Assert.Equal(800, await CountAsync());
    }

    [Fact]
    public async Task Work_sees_what_work_before_it_in_the_batch_has_written()
    {
        const string claim = "UPDATE revoked_tokens SET expires_at = 2 WHERE jti = @p0 AND expires_at = 1";
        var work = new[] { writes.CommitAsync(scope => scope.Sql.ExecuteAsync(Insert, "one"), Stop) }
            .Concat(Enumerable.Range(0, 20).Select(_ => writes.CommitAsync(scope => scope.Sql.ExecuteAsync(claim, "one"), Stop))).ToList();
        writes.Start();
        Assert.Equal(2, (await Task.WhenAll(work)).Sum()); // the insert, and one claim
    }

    async Task<int> CountAsync()
    {
        await using var db = scratch.Database.NewContext();
        return await db.RevokedTokens.CountAsync(Stop);
    }
}
