using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OAuthServer.Apps;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>The token endpoint to the letter (RFC 6749): methods, bodies, headers, and each error in its place.</summary>
[Collection(nameof(ServersCollection))]
public sealed class TokenEndpointTests(Servers servers)
{
    const string Path = "/services/oauth2/token";

    [Fact]
    public async Task An_answer_is_json_that_no_cache_keeps_and_sets_no_cookie()
    {
        var scene = await SceneAsync();
        foreach (var answer in new[] { await scene.LoginAsync(), await scene.LoginAsync("nonsense") })
        {
            Assert.Equal("application/json; charset=UTF-8", answer.ContentType);
            Assert.True(answer.Headers.CacheControl!.NoStore);
            Assert.Contains("no-cache", answer.Headers.Pragma.ToString(), StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task The_lifetime_is_a_number_and_true()
    {
        var scene = await SceneAsync(TestOrg.StandardApp with { AccessTokenMinutes = 7 });
        var answer = await scene.LoginAsync();
        Assert.Equal(420, answer.Json.GetProperty("expires_in").GetInt32());
        Assert.Equal("Bearer", answer["token_type"]);
        Assert.Equal(HttpStatusCode.OK, (await scene.UserInfoAsync(answer["access_token"]!)).Status);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Only_posts_are_taken(string method)
    {
        var scene = await SceneAsync();
        var query = $"?grant_type=client_credentials&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}";
        var answer = await scene.Server.SendAsync(new HttpRequestMessage(new HttpMethod(method), Path + query));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.DoesNotContain("access_token", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", """{"grant_type":"client_credentials"}""")]
    [InlineData("text/plain", "grant_type=client_credentials")]
    [InlineData("application/x-www-form-urlencoded; charset=iso-8859-1", "grant_type=client_credentials")]
    [InlineData("nonsense", "grant_type=client_credentials")]
    [InlineData(null, "grant_type=client_credentials")]
    public async Task Only_forms_are_taken(string? contentType, string body)
    {
        var answer = await PostAsync(await SceneAsync(), body, contentType);
        answer.IsRefused(HttpStatusCode.UnsupportedMediaType, "invalid_request");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/x-www-form-urlencoded;charset=UTF-8")]
    [InlineData("Application/X-WWW-Form-Urlencoded; charset=\"utf-8\"")]
    public async Task A_form_is_a_form_in_every_spelling(string contentType) =>
        (await PostAsync(await SceneAsync(), "grant_type=client_credentials", contentType)).IsAllowed();

    [Fact]
    public async Task Multipart_is_not_for_standard_apps()
    {
        var scene = await SceneAsync();
        using var body = new MultipartFormDataContent { { new StringContent("client_credentials"), "grant_type" } };
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = body };
        request.Headers.Authorization = OAuthScene.Basic($"{scene.App.ClientId}:{scene.App.Secret}");
        (await scene.Server.SendAsync(request)).IsRefused(HttpStatusCode.UnsupportedMediaType, "invalid_request");
    }

    [Theory]
    [InlineData("grant_type=%ff%fe")]
    [InlineData("grant_type=client_credentials&x=%00")]
    [InlineData("grant_type=client_credentials&x=%zz")]
    [InlineData("grant_type=client_credentials&x=%")]
    [InlineData("grant_type=client_credentials&%00=x")]
    [InlineData("grant_type=client_credentials&x=1&x=1")]
    [InlineData("grant_type=client_credentials&grant_type=client_credentials")]
    [InlineData("grant_type=client_credentials&grant%5ftype=password")]
    [InlineData("scope=api")]
    [InlineData("grant_type=")]
    [InlineData("")]
    public async Task Malformed_forms_are_invalid_requests(string body) =>
        (await PostAsync(await SceneAsync(), body)).IsRefused(HttpStatusCode.BadRequest, "invalid_request");

    [Fact]
    public async Task Parameters_that_are_unknown_or_empty_do_no_harm() =>
        (await PostAsync(await SceneAsync(), "grant_type=client_credentials&extra=foobar&scope=&&client_secret=&client_assertion")).IsAllowed();

    [Fact]
    public async Task Too_many_and_too_large_parameters_are_refused()
    {
        var scene = await SceneAsync();
        var many = string.Concat(Enumerable.Range(0, 2_000).Select(i => $"&p{i}=x"));
        (await PostAsync(scene, "grant_type=client_credentials" + many)).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        (await PostAsync(scene, "grant_type=client_credentials&x=" + new string('x', 140_000)))
            .IsRefused(HttpStatusCode.RequestEntityTooLarge, "invalid_request");
        (await PostAsync(scene, "grant_type=client_credentials&x=" + new string('x', 70_000))).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task A_small_body_that_inflates_is_refused()
    {
        var scene = await SceneAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = Gzip("grant_type=client_credentials&x=" + new string('x', 5_000_000)) };
        request.Headers.Authorization = OAuthScene.Basic($"{scene.App.ClientId}:{scene.App.Secret}");
        (await scene.Server.SendAsync(request)).IsRefused(HttpStatusCode.RequestEntityTooLarge, "invalid_request");
    }

    [Theory]
    [InlineData("?grant_type=client_credentials", "")]
    [InlineData("?scope=api", "grant_type=client_credentials")]
    [InlineData("?extra=foobar", "grant_type=client_credentials")]
    public async Task A_standard_app_sends_nothing_in_the_query(string query, string body)
    {
        var scene = await SceneAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, Path + query) { Content = Form(body) };
        request.Headers.Authorization = OAuthScene.Basic($"{scene.App.ClientId}:{scene.App.Secret}");
        (await scene.Server.SendAsync(request)).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task Each_error_has_its_code()
    {
        var scene = await SceneAsync();
        (await scene.TokenAsync(("grant_type", "urn:nobody:knows"))).IsRefused(HttpStatusCode.BadRequest, "unsupported_grant_type");
        (await scene.TokenAsync(("grant_type", "Password"))).IsRefused(HttpStatusCode.BadRequest, "unsupported_grant_type");
        (await scene.TokenAsync(("grant_type", "password"), ("username", "x"))).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        (await scene.TokenAsync(("grant_type", "refresh_token"))).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        (await scene.RefreshAsync("nonsense")).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        (await scene.LoginAsync("api admin")).IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
        (await scene.LoginAsync("API")).IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
        (await scene.LoginAsync("api\topenid")).IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
        (await scene.LoginAsync("  ")).IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
        var wrong = await scene.By(scene.App with { Secret = "wrong" }).ClientCredentialsAsync();
        wrong.IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        Assert.Equal("Basic", Assert.Single(wrong.Headers.WwwAuthenticate).Scheme);
    }

    [Theory]
    [InlineData(LoginChannel.PasswordGrant)]
    [InlineData(LoginChannel.ClientCredentials)]
    [InlineData(LoginChannel.RefreshToken)]
    public async Task A_grant_that_the_app_may_not_use_is_unauthorized_client(LoginChannel flow)
    {
        var scene = await SceneAsync();
        var refresh = await scene.RefreshTokenAsync();
        await scene.ChangeSettingsAsync(settings => settings with { Flows = [.. settings.Flows.Where(f => f != flow)] });
        var answer = flow switch
        {
            LoginChannel.PasswordGrant => await scene.LoginAsync(),
            LoginChannel.ClientCredentials => await scene.ClientCredentialsAsync(),
            _ => await scene.RefreshAsync(refresh),
        };
        answer.IsRefused(HttpStatusCode.BadRequest, "unauthorized_client");
    }

    [Fact]
    public async Task A_switched_off_app_gets_nothing()
    {
        var scene = await SceneAsync();
        var refresh = await scene.RefreshTokenAsync();
        await scene.ChangeAppAsync(app => app.IsActive = false);
        (await scene.LoginAsync()).IsRefused(HttpStatusCode.BadRequest, "unauthorized_client");
        (await scene.ClientCredentialsAsync()).IsRefused(HttpStatusCode.BadRequest, "unauthorized_client");
        (await scene.RefreshAsync(refresh)).IsRefused(HttpStatusCode.BadRequest, "unauthorized_client");
    }

    [Fact]
    public async Task Texts_of_errors_hold_only_the_characters_the_rfc_allows()
    {
        var scene = await SceneAsync();
        Answer[] answers =
        [
            await scene.TokenAsync(("grant_type", "\"\\é")), await scene.LoginAsync("\"\\é"), await scene.RefreshAsync("\"\\é"),
            await scene.By(scene.App with { Secret = "\"\\é" }).ClientCredentialsAsync(), await PostAsync(scene, "x=%00"), await PostAsync(scene, "{}", "application/json"),
        ];
        foreach (var text in answers.SelectMany(answer => new[] { answer["error"]!, answer["error_description"]! }))
            Assert.DoesNotContain(text, c => c is < '\x20' or '"' or '\\' or > '\x7e');
    }

    [Fact]
    public async Task Client_credentials_are_for_confidential_apps_and_give_no_refresh_token()
    {
        var scene = await SceneAsync();
        var answer = await scene.ClientCredentialsAsync();
        answer.IsAllowed();
        Assert.Null(answer["refresh_token"]);
        Assert.Equal("api profile email", answer["scope"]);
        (await scene.ClientCredentialsAsync("openid")).IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
        (await scene.ClientCredentialsAsync("offline_access")).IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
        var named = await SceneAsync(TestOrg.StandardApp with { AuthMethods = [ClientAuthMethod.None] });
        (await named.Server.TokenAsync(TestServer.Office, ("grant_type", "client_credentials"), ("client_id", named.App.ClientId)))
            .IsRefused(HttpStatusCode.BadRequest, "unauthorized_client");
    }

    [Fact]
    public async Task The_granted_scope_is_in_the_answer_as_it_was_granted()
    {
        var scene = await SceneAsync();
        Assert.Equal("openid api", (await scene.LoginAsync("openid api openid"))["scope"]);
        Assert.Equal("api openid profile email offline_access", (await scene.LoginAsync())["scope"]);
    }

    [Fact]
    public async Task Nothing_about_the_credentials_shows_in_the_refusal()
    {
        var scene = await SceneAsync();
        var locked = await scene.Org.UserAsync(new() { Lockout = new() { MaxInvalidAttempts = 3 } });
        for (var i = 0; i < 3; i++)
            await locked.LoginAsync(scene.App, TestServer.Office, password: "wrong");
        Answer[] refused =
        [
            await scene.User.LoginAsync(scene.App, TestServer.Office, password: "wrong"), await scene.User.LoginAsync(scene.App, TestServer.Outside),
            await locked.LoginAsync(scene.App, TestServer.Office), await scene.User.LoginAsync(scene.App, TestServer.Office, "A1b2C3d4E5f6G7h8J9k0L1m2"),
            await scene.TokenAsync(("grant_type", "password"), ("username", "nobody@example.test"), ("password", scene.User.Password)),
        ];
        Assert.Single(refused.Select(answer => (answer.Status, answer["error"], answer.Text.Replace(answer.Reference!, "*", StringComparison.Ordinal))).Distinct());
    }

    static async Task<Answer> PostAsync(OAuthScene scene, string body, string? contentType = "application/x-www-form-urlencoded")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = Form(body, contentType) };
        request.Headers.Authorization = OAuthScene.Basic($"{scene.App.ClientId}:{scene.App.Secret}");
        return await scene.Server.SendAsync(request);
    }

    static ByteArrayContent Form(string body, string? contentType = "application/x-www-form-urlencoded")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (contentType is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return content;
    }

    internal static ByteArrayContent Gzip(string body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(body));
        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    async Task<OAuthScene> SceneAsync(AppSettings? settings = null) => await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), settings);
}
