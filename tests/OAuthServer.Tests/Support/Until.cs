namespace OAuthServer.Tests.Support;

/// <summary>Waits for what happens beside a request.</summary>
public static class Until
{
    public static async Task TrueAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 200 && !await holds(); i++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.True(await holds());
    }
}
