using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>Apps that prove themselves by a secret (RFC 6749 section 2.3.1), in the header and in the form.</summary>
[Collection(nameof(ServersCollection))]
public sealed class ClientAuthenticationTests(Servers servers)
{
    [Theory]
    [InlineData("Basic")]
    [InlineData("basic")]
    [InlineData("BASIC")]
    public async Task The_scheme_of_the_header_ignores_case(string scheme)
    {
        var scene = await SceneAsync();
        (await HeaderAsync(scene, scheme + " " + Base64($"{scene.App.ClientId}:{scene.App.Secret}"))).IsAllowed();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Id_and_secret_are_form_encoded_inside_the_header(string database)
    {
        var scene = await SceneAsync(database);
        const string secret = "a:b c+d%e&f=g/é";
        var id = $"an app:{scene.App.ClientId}+%";
        await scene.ChangeAppAsync(app => app.ClientId = id);
        await AddSecretAsync(scene, secret);
        (await HeaderAsync(scene, "Basic " + Base64($"{WebUtility.UrlEncode(id)}:{WebUtility.UrlEncode(secret)}"))).IsAllowed();
        (await HeaderAsync(scene, "Basic " + Base64($"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(secret)}"))).IsAllowed();
        (await scene.By(scene.App with { ClientId = id, Secret = secret }).ClientCredentialsAsync()).IsAllowed();
    }

    [Fact]
    public async Task A_colon_in_the_secret_may_also_come_as_it_is()
    {
        var scene = await SceneAsync();
        await AddSecretAsync(scene, "a:b:c");
        (await HeaderAsync(scene, "Basic " + Base64($"{scene.App.ClientId}:a:b:c"))).IsAllowed();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Malformed_headers_are_invalid_client_and_nothing_worse(string database)
    {
        var scene = await SceneAsync(database);
        string[] headers =
        [
            "Basic", "Basic ", "Basic !!!", "Basic YQ", "Basic ====", "Basic " + Base64("no-colon"), "Basic " + Base64(":"), "Basic " + Base64(":secret"),
            "Basic " + Base64(scene.App.ClientId + ":"), "Basic " + Base64("a\0b:c"), "Basic " + Base64("a%00b:c"), "Basic " + Base64("a:b%00c"),
            "Basic " + Base64("a%0d%0ab:c"), "Basic " + Base64("%ff%fe:c"), "Basic " + Base64("%:%"), "Basic " + Base64("%zz:%zz"),
            "Basic " + Convert.ToBase64String([0xff, 0xfe, (byte)':', 0xff]), "Basic " + Base64(new string('x', 3_000) + ":y"),
            "Basic " + Base64("x:" + new string('y', 20_000)), "Basic " + Base64($"{scene.App.ClientId}:{scene.App.Secret}") + " trailing",
            "Digest username=x", "Bearer x",
        ];
        foreach (var header in headers)
        {
            var answer = await HeaderAsync(scene, header);
            Assert.True(answer.Status == HttpStatusCode.Unauthorized && answer["error"] == "invalid_client", $"{header}: {(int)answer.Status} {answer.Text}");
            Assert.Equal("Basic", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        }
    }

    [Fact]
    public async Task Two_headers_are_refused()
    {
        var scene = await SceneAsync();
        var header = "Basic " + Base64($"{scene.App.ClientId}:{scene.App.Secret}");
        (await HeaderAsync(scene, header, header)).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
    }

    [Fact]
    public async Task Two_methods_in_one_request_are_refused()
    {
        var scene = await SceneAsync();
        var header = "Basic " + Base64($"{scene.App.ClientId}:{scene.App.Secret}");
        (await FormAsync(scene, header, ("client_secret", scene.App.Secret))).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        (await FormAsync(scene, header, ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret))).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        (await FormAsync(scene, header, ("client_assertion", "x.y.z"), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")))
            .IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        (await FormAsync(scene, header, ("client_id", scene.App.ClientId))).IsAllowed();
    }

    [Fact]
    public async Task A_client_id_that_is_not_the_authenticated_one_is_refused()
    {
        var scene = await SceneAsync();
        var other = await scene.Org.AppAsync();
        var header = "Basic " + Base64($"{scene.App.ClientId}:{scene.App.Secret}");
        (await FormAsync(scene, header, ("client_id", other.ClientId))).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Unknown_app_wrong_secret_and_wrong_method_are_the_same_on_the_wire(string database)
    {
        var scene = await SceneAsync(database);
        var postOnly = await scene.Org.AppAsync(TestOrg.StandardApp with { AuthMethods = [ClientAuthMethod.ClientSecretPost] });
        var jwtOnly = await scene.Org.AppAsync(TestOrg.StandardApp with { AuthMethods = [ClientAuthMethod.PrivateKeyJwt] });
        Answer[] answers =
        [
            await HeaderAsync(scene, "Basic " + Base64("nobody:secret")), await HeaderAsync(scene, "Basic " + Base64(scene.App.ClientId + ":wrong")),
            await HeaderAsync(scene, "Basic " + Base64($"{postOnly.ClientId}:{postOnly.Secret}")), await scene.By(jwtOnly).ClientCredentialsAsync(),
            await scene.By(scene.App with { ClientId = "nobody" }).ClientCredentialsAsync(), await FormAsync(scene, null, ("client_id", scene.App.ClientId)),
            await scene.By(scene.App with { ClientId = scene.App.ClientId.ToUpperInvariant() }).ClientCredentialsAsync(),
        ];
        Assert.All(answers, answer => answer.IsRefused(HttpStatusCode.Unauthorized, "invalid_client"));
        Assert.Single(answers.Select(answer => answer.Text.Replace(answer.Reference!, "*", StringComparison.Ordinal)).Distinct());
        Assert.Single(answers.Select(answer => answer.Headers.WwwAuthenticate.ToString()).Distinct());
    }

    [Fact]
    public async Task A_request_that_names_no_app_is_invalid_client() =>
        (await FormAsync(await SceneAsync(), null)).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Secrets_overlap_expire_and_are_removed_without_waiting(string database)
    {
        var scene = await SceneAsync(database);
        var (second, third) = (scene.App with { Secret = "second-secret" }, scene.App with { Secret = "third-secret" });
        await AddSecretAsync(scene, second.Secret);
        await AddSecretAsync(scene, third.Secret, scene.Server.Clock.GetUtcNow().AddSeconds(-1));
        (await scene.ClientCredentialsAsync()).IsAllowed();
        (await scene.By(second).ClientCredentialsAsync()).IsAllowed();
        (await scene.By(third).ClientCredentialsAsync()).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        await using (var db = scene.Server.Database.NewContext())
        {
            db.RemoveRange(db.AppSecrets.Where(s => s.AppId == scene.App.Id && s.Name == "first"));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await scene.Server.NoticeAsync();
        (await scene.ClientCredentialsAsync()).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        (await scene.By(second).ClientCredentialsAsync()).IsAllowed();
    }

    [Fact]
    public async Task The_last_use_of_a_secret_is_recorded_and_a_wrong_one_is_no_use()
    {
        var scene = await SceneAsync();
        await AddSecretAsync(scene, "second-secret");
        await scene.By(scene.App with { Secret = "wrong" }).ClientCredentialsAsync();
        (await scene.ClientCredentialsAsync()).IsAllowed();
        await Until.TrueAsync(async () => (await SecretsAsync(scene))["first"].LastUsedAt is not null);
        var secrets = await SecretsAsync(scene);
        Assert.InRange(secrets["first"].LastUsedAt!.Value, scene.Server.Clock.GetUtcNow().AddMinutes(-1), scene.Server.Clock.GetUtcNow());
        Assert.Null(secrets["second"].LastUsedAt);
    }

    [Fact]
    public async Task A_secret_is_kept_as_a_hash_only()
    {
        var scene = await SceneAsync();
        var secrets = await SecretsAsync(scene);
        Assert.DoesNotContain(scene.App.Secret, secrets["first"].Hash, StringComparison.Ordinal);
    }

    static async Task<Dictionary<string, AppSecret>> SecretsAsync(OAuthScene scene)
    {
        await using var db = scene.Server.Database.NewContext();
        return await db.AppSecrets.AsNoTracking().Where(s => s.AppId == scene.App.Id).ToDictionaryAsync(s => s.Name);
    }

    static async Task AddSecretAsync(OAuthScene scene, string secret, DateTimeOffset? expiresAt = null)
    {
        await using (var db = scene.Server.Database.NewContext())
        {
            db.Add(new AppSecret
            {
                AppId = scene.App.Id,
                Name = "second",
                Hash = scene.Server.Services.GetRequiredService<MasterKey>().KeyedHash(ClientAuthenticator.SecretPurpose, secret),
                CreatedAt = scene.Server.Clock.GetUtcNow(),
                ExpiresAt = expiresAt,
            });
            await db.SaveChangesAsync();
        }
        await scene.Server.NoticeAsync();
    }

    static Task<Answer> HeaderAsync(OAuthScene scene, params string[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]),
        };
        request.Headers.TryAddWithoutValidation("Authorization", headers);
        return scene.Server.SendAsync(request);
    }

    static Task<Answer> FormAsync(OAuthScene scene, string? header, params (string Name, string Value)[] more)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), .. more.Select(p => new KeyValuePair<string, string>(p.Name, p.Value))]),
        };
        if (header is not null)
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(header);
        return scene.Server.SendAsync(request);
    }

    static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    async Task<OAuthScene> SceneAsync(string database = "SQLite") => await OAuthScene.NewAsync(await servers.OnAsync(database));
}
