using OAuthServer.Administration.Apps;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Apps;

/// <summary>The apps that the server brings along, as an organization has switched and used them.</summary>
[Collection(nameof(ServersCollection))]
public sealed class BuiltInOperationsTests(Servers servers)
{
    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Each_is_shown_with_its_switch_and_the_organizations_own_use(string database)
    {
        var server = await servers.OnAsync(database);
        var (scene, other) = (await AdminScene.NewAsync(server), await AdminScene.NewAsync(server));
        await scene.Org.ChangeAsync(org => (org.BuiltInApps, org.SoapLoginEnabled) = ("PlatformCLI", false));
        var at = server.Clock.GetUtcNow();
        await using (var db = server.Database.NewContext())
        {
            foreach (var (org, id, channel, decision) in new[]
            {
                (scene.Org.Id, "PlatformCLI", LoginChannel.AuthorizationCode, "allow"), (scene.Org.Id, "PlatformCLI", LoginChannel.RefreshToken, "deny"),
                (scene.Org.Id, null, LoginChannel.SoapLogin, "allow"), (other.Org.Id, "DataLoaderPartnerUI/", LoginChannel.AuthorizationCode, "allow"),
            })
                db.Add(new LoginRecord { OrgId = org, UserId = scene.Admin.Id, ClientId = id, Channel = channel, At = at, Decision = decision, Trace = "passed", Facts = "{}" });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var apps = (await scene.Room<BuiltInOperations>().ListAsync(await scene.CallAsync("apps.built-in"), new())).Value!.Apps;
        Assert.Equal(
            [("DataLoaderBulkUI/", false, 0, false), ("DataLoaderPartnerUI/", false, 0, false), ("PlatformCLI", true, 2, true), (BuiltInApps.SoapSession, false, 1, false)],
            apps.Select(app => (app.ClientId, app.On, app.Logins, app.LastRefused)));
        Assert.Equal((at, scene.Admin.Username), (apps[2].LastUsedAt!.Value, apps[2].LastUsedBy));
        var page = (await scene.Browser.GetAsync("/setup/apps")).Html;
        Assert.All(BuiltInApps.Switchable, app => Assert.Contains($"{app.Value}<br><code class=\"muted\">{app.Key}</code>", page, StringComparison.Ordinal));
        Assert.Contains("href=\"/setup/policies/organization\"", page, StringComparison.Ordinal);
    }
}
