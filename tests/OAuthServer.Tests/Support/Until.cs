namespace OAuthServer.Tests.Support;

/// <summary>Waits for what happens beside a request.</summary>
public static class Until
{
    /// <summary>Waits for ten seconds, on a machine that is as fast as usual, or longer.</summary>
    public static async Task TrueAsync(Func<Task<bool>> holds, int seconds = 10)
    {
        for (var i = 0; i < seconds * 20 && !await holds(); i++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.True(await holds());
    }
}
