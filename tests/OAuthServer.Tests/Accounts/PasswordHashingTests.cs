using OAuthServer.Accounts;

namespace OAuthServer.Tests.Accounts;

public sealed class PasswordHashingTests
{
    [Fact]
    public async Task Passwords_that_differ_only_in_what_HMAC_pads_with_are_told_apart()
    {
        using var hashing = new PasswordHashing(new PasswordHashingOptions { Rounds = 100 });
        var passwords = new[] { "pw", "pw\0", "pw\0\0", "pw\x01", "pw\0\x01", "pw\x01\x01", "" };
        foreach (var set in passwords)
        {
            var hash = await hashing.HashAsync(set, TestContext.Current.CancellationToken);
            foreach (var tried in passwords)
            {
                var expected = tried == set ? PasswordCheck.Right : PasswordCheck.Wrong;
                Assert.Equal(expected, await hashing.VerifyAsync(hash, tried, TestContext.Current.CancellationToken));
            }
        }
    }

    [Theory]
    [InlineData(1_000, "pw", nameof(PasswordCheck.Right))]
    [InlineData(1_000, "wrong", nameof(PasswordCheck.Wrong))]
    [InlineData(1, "pw", nameof(PasswordCheck.RightButOutdated))]
    [InlineData(300, "pw", nameof(PasswordCheck.RightButOutdated))]
    [InlineData(300, "wrong", nameof(PasswordCheck.Wrong))]
    [InlineData(300, "", nameof(PasswordCheck.Wrong))]
    [InlineData(null, "pw", nameof(PasswordCheck.Wrong))]
    public async Task Every_look_costs_the_rounds_of_today_in_one_turn(int? madeWith, string tried, string expected)
    {
        using var hashing = new PasswordHashing(new PasswordHashingOptions { Rounds = 1_000 });
        var hash = madeWith is { } rounds ? await HashOfAsync(rounds, "pw") : null;
        Assert.Equal(expected, (await hashing.VerifyAsync(hash, tried, TestContext.Current.CancellationToken)).ToString());
        Assert.Equal((1_000, 1), (hashing.SpentRounds, hashing.Spent));
    }

    /// <summary>The direction that configuration advises against: what it costs is at least counted.</summary>
    [Fact]
    public async Task A_hash_of_more_rounds_costs_its_own()
    {
        using var hashing = new PasswordHashing(new PasswordHashingOptions { Rounds = 1_000 });
        Assert.Equal(PasswordCheck.Right, await hashing.VerifyAsync(await HashOfAsync(2_000, "pw"), "pw", TestContext.Current.CancellationToken));
        Assert.Equal(2_000, hashing.SpentRounds);
    }

    static async Task<string> HashOfAsync(int rounds, string password)
    {
        using var hashing = new PasswordHashing(new PasswordHashingOptions { Rounds = rounds });
        return await hashing.HashAsync(password, TestContext.Current.CancellationToken);
    }
}
