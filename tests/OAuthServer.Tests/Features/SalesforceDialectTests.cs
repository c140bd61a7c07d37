using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>The salesforce dialect as its existing clients need it on the wire.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SalesforceDialectTests(Servers servers)
{
    const string Token = "/services/oauth2/token";
    const string Revoke = "/services/oauth2/revoke";
    const string UserInfo = "/services/oauth2/userinfo";

    [Theory]
    [InlineData("password")]
    [InlineData("client_credentials")]
    public async Task The_token_answer_is_as_reviewed(string grant)
    {
        var scene = await SceneAsync();
        var answer = grant == "password" ? await scene.LoginAsync() : await scene.ClientCredentialsAsync();
        Assert.All(answer.Json.EnumerateObject(), member => Assert.Equal(JsonValueKind.String, member.Value.ValueKind));
        Snapshot.Matches(Headers(answer) + Masked.Text(answer.Text), "salesforce-token-" + grant);
    }

    [Fact]
    public async Task The_token_is_opaque_and_names_its_organization()
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        Assert.Matches(@"^00D\w{12}![A-Za-z0-9._]+$", token);
        Assert.StartsWith(scene.Org.Id + "!", token, StringComparison.Ordinal);
        Assert.True(token[16..].Length >= 22);
    }

    [Fact]
    public async Task The_signature_is_over_identity_and_time()
    {
        var scene = await SceneAsync();
        var answer = await scene.LoginAsync();
        var message = Encoding.UTF8.GetBytes(answer["id"]! + answer["issued_at"]);
        Assert.Equal(Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(scene.App.Secret), message)), answer["signature"]);
        Assert.Equal($"http://localhost:5000/id/{RecordId.Long(scene.Org.Id)}/{RecordId.Long(scene.User.Id)}", answer["id"]);
        Assert.Equal(scene.Server.Clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(), answer["issued_at"]);
    }

    [Fact]
    public async Task Parameters_may_come_in_the_query_of_an_empty_post()
    {
        var scene = await SceneAsync();
        var query = $"?grant_type=password&username={scene.User.Username}&password={scene.User.Password}&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}";
        (await scene.Server.SendAsync(new(HttpMethod.Post, Token + query), TestServer.Office)).IsAllowed();
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await scene.Server.SendAsync(new(HttpMethod.Get, Token + query), TestServer.Office)).Status);
    }

    [Fact]
    public async Task Query_and_body_are_merged_and_may_not_repeat_each_other()
    {
        var scene = await SceneAsync();
        (await scene.Server.PostAsync(TestServer.Office, Token + "?grant_type=client_credentials", Credentials(scene))).IsAllowed();
        (await scene.Server.PostAsync(TestServer.Office, Token + "?grant_type=client_credentials", [("grant_type", "password"), .. Credentials(scene)]))
            .IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task A_multipart_body_is_taken()
    {
        var scene = await SceneAsync();
        using var body = new MultipartFormDataContent();
        foreach (var (name, value) in Login(scene))
            body.Add(new StringContent(value!), name);
        (await scene.Server.SendAsync(new(HttpMethod.Post, Token) { Content = body }, TestServer.Office)).IsAllowed();
    }

    [Fact]
    public async Task A_file_in_a_multipart_body_is_not_taken()
    {
        var scene = await SceneAsync();
        using var body = new MultipartFormDataContent { { new StringContent("client_credentials"), "grant_type", "file.txt" } };
        (await scene.Server.SendAsync(new(HttpMethod.Post, Token) { Content = body })).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Theory]
    [InlineData("//services/oauth2/token")]
    [InlineData("/services//oauth2///token")]
    [InlineData("/services/oauth2/token/")]
    [InlineData("//services/oauth2/token//")]
    public async Task Slashes_too_many_do_no_harm(string path)
    {
        var scene = await SceneAsync();
        (await scene.Server.SendAsync(new(HttpMethod.Post, new Uri(scene.Server.Address.ToString().TrimEnd('/') + path)) { Content = Form(Login(scene)) }, TestServer.Office)).IsAllowed();
    }

    [Fact]
    public async Task Bodies_come_chunked_and_compressed()
    {
        var scene = await SceneAsync();
        var text = await Form(Login(scene)).ReadAsStringAsync(TestContext.Current.CancellationToken);
        (await scene.Server.SendAsync(new(HttpMethod.Post, Token) { Content = TokenEndpointTests.Gzip(text) }, TestServer.Office)).IsAllowed();
        var chunked = new HttpRequestMessage(HttpMethod.Post, Token) { Content = Form(Login(scene)) };
        chunked.Headers.TransferEncodingChunked = true;
        (await scene.Server.SendAsync(chunked, TestServer.Office)).IsAllowed();
        var broken = TokenEndpointTests.Gzip(text);
        var bytes = await broken.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var cut = new ByteArrayContent(bytes[..(bytes.Length / 2)]);
        cut.Headers.ContentType = broken.Headers.ContentType;
        cut.Headers.ContentEncoding.Add("gzip");
        Assert.InRange((int)(await scene.Server.SendAsync(new(HttpMethod.Post, Token) { Content = cut })).Status, 400, 415);
    }

    [Theory]
    [InlineData("xml", null)]
    [InlineData(null, "application/xml")]
    [InlineData("xml", "application/json")]
    public async Task Xml_is_given_to_who_asks_for_it(string? format, string? accept)
    {
        var scene = await SceneAsync();
        var answer = await AskAsync(scene, format, accept);
        Assert.Equal("application/xml; charset=UTF-8", answer.ContentType);
        Assert.Equal($"{scene.Org.Id}!", XDocument.Parse(answer.Text).Root!.Element("access_token")!.Value[..16]);
        Snapshot.Matches(Headers(answer) + Masked.Text(answer.Text), "salesforce-token-xml");
    }

    [Theory]
    [InlineData("urlencoded", null)]
    [InlineData(null, "application/x-www-form-urlencoded")]
    public async Task A_form_is_given_to_who_asks_for_it(string? format, string? accept)
    {
        var answer = await AskAsync(await SceneAsync(), format, accept);
        Assert.StartsWith("http://localhost:5000/id/00D", System.Web.HttpUtility.ParseQueryString(answer.Text)["id"], StringComparison.Ordinal);
        Snapshot.Matches(Headers(answer) + Masked.Text(answer.Text), "salesforce-token-urlencoded");
    }

    [Fact]
    public async Task Every_error_is_400_in_the_contracts_words()
    {
        var scene = await SceneAsync();
        var frozen = await scene.Org.UserAsync(change: user => user.Status = UserStatus.Frozen);
        var elsewhere = await scene.Org.UserAsync(new() { LoginRanges = ["127.0.20.0/24"] });
        var closed = await scene.Org.AppAsync(TestOrg.SalesforceApp with { Flows = [LoginChannel.RefreshToken] }, scene.User.Id);
        var alone = await scene.Org.AppAsync(TestOrg.SalesforceApp);
        var approved = await scene.Org.AppAsync(TestOrg.SalesforceApp with { Preapproval = new() { Required = true } }, scene.User.Id);
        await scene.Server.NoticeAsync();
        List<(string Case, Answer Answer)> cases =
        [
            ("unknown grant type", await scene.TokenAsync(("grant_type", "nonsense"))),
            ("no grant type", await scene.TokenAsync()),
            ("wrong secret", await scene.By(scene.App with { Secret = "wrong" }).LoginAsync()),
            ("wrong password", await scene.User.LoginAsync(scene.App, TestServer.Office, password: "wrong")),
            ("token missing", await scene.User.LoginAsync(scene.App, TestServer.Outside)),
            ("unknown user", await scene.TokenAsync(("grant_type", "password"), ("username", "nobody@example.test"), ("password", "x"))),
            ("password flow closed", await scene.User.LoginAsync(closed, TestServer.Office)),
            ("frozen user", await frozen.LoginAsync(scene.App, TestServer.Office)),
            ("outside the login ranges", await elsewhere.LoginAsync(scene.App, TestServer.Office)),
            ("no password", await scene.TokenAsync(("grant_type", "password"), ("username", scene.User.Username))),
            ("client credentials closed", await scene.By(closed).ClientCredentialsAsync()),
            ("no run-as user", await scene.By(alone).ClientCredentialsAsync()),
            ("user not approved", await scene.By(approved).ClientCredentialsAsync()),
            ("scope not the app's", await scene.ClientCredentialsAsync("admin")),
            ("dead refresh token", await scene.RefreshAsync("nonsense")),
        ];
        Assert.All(cases, c => Assert.True(c.Answer.Status == HttpStatusCode.BadRequest, $"{c.Case}: {c.Answer.Status} {c.Answer.Text}"));
        Assert.All(cases, c => Assert.Equal(["error", "error_description"], c.Answer.Json.EnumerateObject().Select(member => member.Name)));
        Snapshot.Matches(string.Join('\n', cases.Select(c => $"{c.Case}: {c.Answer["error"]} / {c.Answer["error_description"]}")), "salesforce-errors");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_token_is_revoked_by_whoever_holds_it(string method)
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        var answer = await scene.Server.SendAsync(new(new HttpMethod(method), $"{Revoke}?token={token}"));
        Assert.Equal((HttpStatusCode.OK, ""), (answer.Status, answer.Text));
        var dead = await scene.UserInfoAsync(token);
        Assert.Equal((HttpStatusCode.Forbidden, "Bad_OAuth_Token"), (dead.Status, dead.Text));
        (await scene.Server.SendAsync(new(new HttpMethod(method), $"{Revoke}?token={token}"))).IsRefused(HttpStatusCode.BadRequest, "invalid_token");
    }

    [Theory]
    [InlineData(null, "invalid_token")]
    [InlineData("access_token", "invalid_token")]
    [InlineData("refresh_token", "invalid_token")]
    [InlineData("id_token", "unsupported_token_type")]
    public async Task What_cannot_be_revoked_is_an_error_in_the_contracts_words(string? hint, string error)
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        var other = scene.By(await scene.Org.AppAsync(TestOrg.SalesforceApp));
        (await other.RevokeAsync(token, hint)).IsRefused(HttpStatusCode.BadRequest, error); // another app's
        (await scene.RevokeAsync("nonsense", hint)).IsRefused(HttpStatusCode.BadRequest, error);
        (await scene.Server.PostAsync(TestServer.Outside, Revoke, ("token", token + "x"), ("token_type_hint", hint))).IsRefused(HttpStatusCode.BadRequest, error);
        Assert.Equal(HttpStatusCode.OK, (await scene.UserInfoAsync(token)).Status);
    }

    [Theory]
    [InlineData("refresh_token")]
    [InlineData("id_token")]
    [InlineData("nonsense")]
    public async Task A_wrong_hint_keeps_no_token_alive(string hint)
    {
        var scene = await SceneAsync();
        var (byHolder, byApp) = (await scene.AccessTokenAsync(), await scene.AccessTokenAsync());
        Assert.Equal(HttpStatusCode.OK, (await scene.Server.PostAsync(TestServer.Outside, Revoke, ("token", byHolder), ("token_type_hint", hint))).Status);
        Assert.Equal(HttpStatusCode.OK, (await scene.RevokeAsync(byApp, hint)).Status);
        foreach (var token in new[] { byHolder, byApp })
            Assert.Equal(HttpStatusCode.Forbidden, (await scene.UserInfoAsync(token)).Status);
    }

    [Fact]
    public async Task A_jwt_of_a_salesforce_app_is_revoked_by_whoever_holds_it()
    {
        var scene = await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), TestOrg.SalesforceApp with { TokenFormat = TokenFormat.Jwt });
        var token = await scene.AccessTokenAsync();
        Assert.Equal(3, token.Split('.').Length);
        Assert.Equal(HttpStatusCode.OK, (await scene.Server.SendAsync(new(HttpMethod.Get, $"{Revoke}?token={token}"))).Status);
        Assert.Equal("""{"active":false}""", (await scene.IntrospectAsync(token)).Text);
    }

    [Fact]
    public async Task Introspection_answers_in_integers()
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        Snapshot.Matches(Masked.Text((await scene.IntrospectAsync(token)).Text), "salesforce-introspection");
        foreach (var member in new[] { "exp", "iat", "nbf" })
            Assert.Equal(JsonValueKind.Number, (await scene.IntrospectAsync(token)).Json.GetProperty(member).ValueKind);
        var byQuery = await scene.Server.SendAsync(
            new(HttpMethod.Post, $"/services/oauth2/introspect?token={token}&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}"));
        Assert.Equal("True", byQuery["active"]);
        var byBearer = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/introspect") { Content = Form([("token", token)]) };
        byBearer.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        Assert.Equal("True", (await scene.Server.SendAsync(byBearer))["active"]);
        Assert.Equal("""{"active":false}""", (await scene.IntrospectAsync(token + "x")).Text);
    }

    [Fact]
    public async Task Userinfo_takes_the_token_in_every_place_and_names_a_bad_one_by_one_word()
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        var answer = await scene.UserInfoAsync(token);
        Snapshot.Matches(Masked.Text(answer.Text), "salesforce-userinfo");
        var both = new HttpRequestMessage(HttpMethod.Get, $"{UserInfo}?oauth_token={token}");
        both.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        var oauth = new HttpRequestMessage(HttpMethod.Get, UserInfo);
        oauth.Headers.TryAddWithoutValidation("Authorization", "OAuth " + token);
        var chunked = new HttpRequestMessage(HttpMethod.Post, UserInfo) { Content = Form([("access_token", token)]) };
        chunked.Headers.TransferEncodingChunked = true;
        HttpRequestMessage[] requests =
        [
            both, oauth, chunked, new(HttpMethod.Get, $"{UserInfo}?oauth_token={token}"), new(HttpMethod.Post, UserInfo) { Content = Form([("oauth_token", token)]) },
        ];
        foreach (var request in requests)
            Assert.Equal(answer.Text, (await scene.Server.SendAsync(request)).Text);
        var bad = await scene.UserInfoAsync(token + "x");
        Assert.Equal((HttpStatusCode.Forbidden, "Bad_OAuth_Token"), (bad.Status, bad.Text));
    }

    [Fact]
    public async Task The_users_own_door_takes_the_opaque_token_too()
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        Assert.Equal(HttpStatusCode.OK, (await scene.MeAsync(token)).Status);
        await scene.Server.SendAsync(new(HttpMethod.Get, $"{Revoke}?token={token}"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.MeAsync(token)).Status);
    }

    static Task<Answer> AskAsync(OAuthScene scene, string? format, string? accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Token) { Content = Form([.. Login(scene), ("format", format)]) };
        if (accept is not null)
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        return scene.Server.SendAsync(request, TestServer.Office);
    }

    static (string, string?)[] Credentials(OAuthScene scene) => [("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret)];

    static (string Name, string? Value)[] Login(OAuthScene scene) =>
        [("grant_type", "password"), ("username", scene.User.Username), ("password", scene.User.Password), .. Credentials(scene)];

    static FormUrlEncodedContent Form((string Name, string? Value)[] form) =>
        new(form.Where(p => p.Value is not null).Select(p => new KeyValuePair<string, string>(p.Name, p.Value!)));

    static string Headers(Answer answer) =>
        $"{(int)answer.Status} {answer.ContentType}\nCache-Control: {answer.Headers.CacheControl}\nPragma: {answer.Headers.Pragma}\n\n";

    async Task<OAuthScene> SceneAsync() => await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), TestOrg.SalesforceApp);
}
