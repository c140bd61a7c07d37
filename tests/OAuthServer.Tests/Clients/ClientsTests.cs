using System.Globalization;
using OAuthServer.Administration.Integrations;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Tests.Administration.Integrations;
using OAuthServer.Tests.Features.Token;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Clients;

/// <summary>Other people's clients, unmodified, as they come from their registry.</summary>
public sealed class ClientsTests
{
    [Fact]
    public async Task Jsforce_logs_in_with_the_security_token_and_not_without_reads_who_it_is_and_logs_out()
    {
        var folder = await NodePackages.InstalledAsync("Clients");
        await using var server = await TestServer.StartAtItsPublicUrlAsync();
        var scene = await OAuthScene.NewAsync(server, TestOrg.SalesforceApp);
        var token = await scene.User.ReceiveTokenAsync();
        await NodePackages.RunAsync(folder, "jsforce.mjs", new
        {
            url = Url(server),
            scene.App.ClientId,
            scene.App.Secret,
            scene.User.Username,
            scene.User.Password,
            SecurityToken = token,
            UserId = RecordId.Long(scene.User.Id),
            OrgId = RecordId.Long(scene.Org.Id),
        });
    }

    [Fact]
    public async Task Jsforce_gets_a_token_by_jwt_bearer_for_a_user_who_has_allowed_it()
    {
        var folder = await NodePackages.InstalledAsync("Clients");
        await using var server = await TestServer.StartAtItsPublicUrlAsync();
        using var scene = await BearerScene.NewAsync(server, salesforce: true);
        string Assertion(int seconds) => scene.Plain((scene.Now.ToUnixTimeSeconds() + seconds).ToString(CultureInfo.InvariantCulture), "https://login.salesforce.com");
        await NodePackages.RunAsync(folder, "jsforce-jwt.mjs", new
        {
            url = Url(server),
            scene.App.ClientId,
            scene.App.Secret,
            Assertions = new[] { Assertion(120), Assertion(180) },
            Expired = Assertion(-600),
            UserId = RecordId.Long(scene.User.Id),
            OrgId = RecordId.Long(scene.Org.Id),
        });
    }

    /// <summary>What the migration desk gives to be pasted, pasted: the old way's app is the new one's pattern.</summary>
    [Theory]
    [InlineData(IntegrationTarget.ClientCredentials)]
    [InlineData(IntegrationTarget.JwtBearer)]
    public async Task Jsforce_logs_in_with_the_settings_that_the_migration_desk_makes(IntegrationTarget target)
    {
        var folder = await NodePackages.InstalledAsync("Clients");
        await using var server = await TestServer.StartAtItsPublicUrlAsync();
        server.Clock.Set(TimeProvider.System.GetUtcNow()); // the client's assertions tell the real time
        var scene = await DeskScene.NewAsync(server);
        (await scene.OldLoginAsync()).IsAllowed();
        var planned = await scene.PlanAsync((await scene.LineAsync()).Id, target);
        await NodePackages.RunAsync(folder, "jsforce-pasted.mjs", new
        {
            Secret = planned.ClientSecret,
            Key = planned.PrivateKey,
            Pasted = planned.Snippets.Single(snippet => snippet.Client == "jsforce").Text,
            UserId = RecordId.Long(scene.User.Id),
        });
    }

    [Theory]
    [InlineData("basic")]
    [InlineData("post")]
    public async Task Openid_client_with_a_secret_gets_refreshes_introspects_and_revokes_tokens(string method)
    {
        var folder = await NodePackages.InstalledAsync("Clients");
        await using var server = await TestServer.StartAtItsPublicUrlAsync();
        var only = method == "basic" ? ClientAuthMethod.ClientSecretBasic : ClientAuthMethod.ClientSecretPost;
        var scene = await OAuthScene.NewAsync(server, TestOrg.StandardApp with { AuthMethods = [only] });
        await NodePackages.RunAsync(folder, "openid-client.mjs", new
        {
            url = Url(server),
            method,
            scene.App.ClientId,
            scene.App.Secret,
            scene.User.Username,
            Password = scene.User.Password + await scene.User.ReceiveTokenAsync(),
            Subject = RecordId.Long(scene.User.Id),
        });
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public async Task Openid_client_with_a_private_key_gets_refreshes_introspects_and_revokes_tokens(string algorithm)
    {
        var folder = await NodePackages.InstalledAsync("Clients");
        await using var server = await TestServer.StartAtItsPublicUrlAsync();
        server.Clock.Set(TimeProvider.System.GetUtcNow()); // the client's assertions tell the real time
        using var key = new ClientKey(algorithm);
        var scene = await OAuthScene.NewAsync(server, TestOrg.StandardApp with { AuthMethods = [ClientAuthMethod.PrivateKeyJwt], Jwks = key.Jwks });
        await NodePackages.RunAsync(folder, "openid-client.mjs", new
        {
            url = Url(server),
            method = "private_key_jwt",
            algorithm,
            Key = key.PrivatePem,
            key.KeyId,
            scene.App.ClientId,
            scene.User.Username,
            Password = scene.User.Password + await scene.User.ReceiveTokenAsync(),
            Subject = RecordId.Long(scene.User.Id),
        });
    }

    static string Url(TestServer server) => server.Address.ToString().TrimEnd('/');
}
