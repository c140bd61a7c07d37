using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts;
using OAuthServer.Apps;
using OAuthServer.Email;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>After a day with requests of every kind, right and wrong, no secret stands in log, traces or database.</summary>
[Collection(nameof(AloneCollection))]
public sealed class SecretsTests
{
    readonly HashSet<string> secrets = new(StringComparer.Ordinal);
    readonly HashSet<string> codes = new(StringComparer.Ordinal);

    [Fact]
    public async Task No_secret_reaches_log_traces_or_database()
    {
        var spans = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name != "System.Net.Http", // the requests of the test itself
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => spans.Enqueue(activity.DisplayName + string.Concat(activity.TagObjects.Select(tag => $" {tag.Key}={tag.Value}"))
                + string.Concat(activity.Events.SelectMany(e => e.Tags).Select(tag => $" {tag.Key}={tag.Value}"))),
        };
        ActivitySource.AddActivityListener(listener);
        var deadPort = FreePort.Next();
        await using var server = await TestServer.StartAsync(
            change: options => options with { Mail = new MailOptions { Smtp = new() { Host = "127.0.0.1", Port = deadPort, StartTls = false } } });
        var standard = await OAuthScene.NewAsync(server);
        await StandardAsync(standard);
        await SalesforceAsync(standard.By(await standard.Org.AppAsync(TestOrg.SalesforceApp, standard.User.Id)));
        await AssertionsAsync(standard);
        await SelfServiceAsync(standard);
        await FailedMailAsync(server);

        Assert.NotEmpty(server.Log.Lines);
        Assert.NotEmpty(spans);
        Assert.True(secrets.Count > 25, $"Only {secrets.Count} secrets were used.");
        foreach (var line in server.Log.Lines.Concat(spans))
            Assert.True(secrets.Concat(codes).FirstOrDefault(secret => line.Contains(secret, StringComparison.Ordinal)) is not { } found, "A secret stands in: " + line);
        var file = await BytesAsync(server);
        Assert.Contains(standard.User.Username, file, StringComparison.Ordinal);
        foreach (var secret in secrets)
            Assert.False(file.Contains(secret, StringComparison.Ordinal), "The database holds in clear: " + secret);
    }

    async Task StandardAsync(OAuthScene scene)
    {
        Keep(scene.App.Secret, scene.User.Password, "wrong-client-secret", "wrong-user-password", "wrong-refresh-token");
        var login = Keep(await scene.LoginAsync());
        var refreshed = Keep(await scene.RefreshAsync(login["refresh_token"]!));
        Keep(await scene.ClientCredentialsAsync());
        await scene.User.LoginAsync(scene.App, TestServer.Office, password: "wrong-user-password");
        await scene.By(scene.App with { Secret = "wrong-client-secret" }).LoginAsync();
        var basic = OAuthScene.Basic($"{scene.App.ClientId}:wrong-client-secret");
        Keep(basic.Parameter!);
        foreach (var path in new[] { "token", "introspect", "revoke", "userinfo", "nowhere" })
        {
            foreach (var method in new[] { HttpMethod.Post, HttpMethod.Get })
            {
                await SendAsync(scene, method, $"/services/oauth2/{path}?token={login["access_token"]}&password={scene.User.Password}&client_secret={scene.App.Secret}", basic);
                await SendAsync(scene, method, "/services/oauth2/" + path, new("Bearer", refreshed["access_token"]));
            }
        }
        await scene.RefreshAsync("wrong-refresh-token");
        foreach (var token in new[] { login["access_token"]!, refreshed["refresh_token"]!, "wrong-refresh-token" })
            await scene.IntrospectAsync(token);
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(1));
        await scene.RefreshAsync(login["refresh_token"]!); // a theft
        await scene.RevokeAsync(login["access_token"]!);
        await scene.RevokeAsync(refreshed["refresh_token"]!);
    }

    async Task SalesforceAsync(OAuthScene scene)
    {
        Keep(scene.App.Secret);
        await scene.Server.NoticeAsync();
        var token = Keep(await scene.LoginAsync())["access_token"]!;
        var query = $"?grant_type=password&username={scene.User.Username}&password={scene.User.Password}&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}";
        Keep(await scene.Server.SendAsync(new(HttpMethod.Post, "/services/oauth2/token" + query), TestServer.Office));
        await scene.Server.SendAsync(new(HttpMethod.Get, "/services/oauth2/userinfo?oauth_token=" + token));
        await scene.Server.SendAsync(new(HttpMethod.Get, "/services/oauth2/revoke?token=" + token));
        await scene.Server.SendAsync(new(HttpMethod.Get, "/services/oauth2/userinfo?oauth_token=" + token));
    }

    async Task AssertionsAsync(OAuthScene scene)
    {
        using var key = new ClientKey("ES256");
        var app = await scene.Org.AppAsync(TestOrg.StandardApp with { AuthMethods = [ClientAuthMethod.PrivateKeyJwt], Jwks = key.Jwks }, scene.User.Id);
        var assertion = key.Sign(ClientKey.Claims(app.ClientId, "http://localhost:5000", scene.Server.Clock.GetUtcNow()));
        Keep(assertion);
        for (var i = 0; i < 2; i++) // the second time it is a replay
        {
            var answer = await scene.Server.TokenAsync(
                TestServer.Outside, ("grant_type", "client_credentials"), ("client_assertion", assertion),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
            if (answer.Status == HttpStatusCode.OK)
                Keep(answer);
        }
    }

    /// <summary>The user's own door: authenticator, recovery codes, security token by mail, new password.</summary>
    async Task SelfServiceAsync(OAuthScene scene)
    {
        var bearer = new AuthenticationHeaderValue("Bearer", Keep(await scene.LoginAsync())["access_token"]);
        var begun = await SendAsync(scene, HttpMethod.Post, "/api/me/authenticator", bearer, new { currentPassword = scene.User.Password });
        begun.IsAllowed();
        var seed = Base32.Decode(Keep(begun["secret"]!))!;
        var code = Totp.Code(seed, Totp.StepAt(scene.Server.Clock.GetUtcNow()));
        codes.Add(code);
        var confirmed = await SendAsync(scene, HttpMethod.Post, "/api/me/authenticator/confirm", bearer, new { code });
        confirmed.IsAllowed();
        Keep([.. confirmed.Json.GetProperty("recoveryCodes").EnumerateArray().Select(one => one.GetString()!)]);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(scene, HttpMethod.Post, "/api/me/security-token/reset", bearer, new { overlapDays = 0 })).Status);
        var token = Keep((await MailedTokensAsync(scene))[^1]);
        Keep(await scene.User.LoginAsync(scene.App, TestServer.Outside, token));
        await scene.User.LoginAsync(scene.App, TestServer.Outside, token.ToUpperInvariant());
        Keep("Battery-Staple-9");
        await SendAsync(scene, HttpMethod.Put, "/api/me/password", bearer, new { currentPassword = "wrong-user-password", newPassword = "Battery-Staple-9" });
        var changed = await SendAsync(scene, HttpMethod.Put, "/api/me/password", bearer, new { currentPassword = scene.User.Password, newPassword = "Battery-Staple-9" });
        Assert.Equal(HttpStatusCode.NoContent, changed.Status);
        Keep([.. await MailedTokensAsync(scene)]);
    }

    static Task FailedMailAsync(TestServer server) => Until.TrueAsync(async () =>
    {
        await using var db = server.Database.NewContext();
        return await db.OutboxMessages.AnyAsync(message => message.Attempts > 0 && message.LastError != null);
    });

    /// <summary>The tokens in the mails that wait, opened with the server's own key.</summary>
    static async Task<List<string>> MailedTokensAsync(OAuthScene scene)
    {
        var outbox = scene.Server.Services.GetRequiredService<Outbox>();
        await using var db = scene.Server.Database.NewContext();
        var waiting = await db.OutboxMessages.AsNoTracking().Where(message => message.SentAt == null).OrderBy(message => message.CreatedAt).ToListAsync();
        return [.. waiting.SelectMany(message => Regex.Matches(outbox.Open(message).Text, "^[A-Za-z0-9]{24}\r?$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)))
            .Select(match => match.Value.Trim())];
    }

    static async Task<string> BytesAsync(TestServer server)
    {
        await using (var db = server.Database.NewContext())
            await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        var text = new StringBuilder();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(server.DatabaseFile)!, Path.GetFileName(server.DatabaseFile) + "*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            text.Append(await reader.ReadToEndAsync());
        }
        return text.ToString();
    }

    static Task<Answer> SendAsync(OAuthScene scene, HttpMethod method, string path, AuthenticationHeaderValue authorization, object? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : Json.Of(body) };
        request.Headers.TryAddWithoutValidation("Authorization", authorization.ToString());
        return scene.Server.SendAsync(request, TestServer.Office);
    }

    Answer Keep(Answer answer)
    {
        answer.IsAllowed();
        foreach (var member in new[] { "access_token", "refresh_token" })
        {
            if (answer[member] is { } token)
                Keep(token);
        }
        return answer;
    }

    string Keep(params string[] values)
    {
        secrets.UnionWith(values);
        return values.LastOrDefault() ?? "";
    }
}

/// <summary>Whoever listens to every trace of the process changes what others' tests see of theirs.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
