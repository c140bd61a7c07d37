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
}
