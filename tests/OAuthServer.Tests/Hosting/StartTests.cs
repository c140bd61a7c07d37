using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>How soon a server listens depends on what it does not do before.</summary>
public sealed class StartTests
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Where_all_is_up_to_date_nothing_is_asked_through_EF_Core_whose_model_would_cost_more_than_the_rest(bool postgres)
    {
        await using var server = await TestServer.StartAsync(postgres);
        Assert.Empty(await QueryPlans.SentWhileAsync(server.PrepareAnotherAsync));
        await using (var db = server.Database.NewContext())
        {
            db.ConnectedApps.Single(app => app.ClientId == "PlatformCLI").Name = "As an older program called it";
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        Assert.NotEmpty(await QueryPlans.SentWhileAsync(server.PrepareAnotherAsync));
        Assert.Empty(await QueryPlans.SentWhileAsync(server.PrepareAnotherAsync));
    }
}
