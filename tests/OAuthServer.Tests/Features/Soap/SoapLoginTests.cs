using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Soap;

/// <summary>SOAP login(): what holds, what is told, and to whom.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SoapLoginTests(Servers servers)
{
    [Theory]
    [InlineData("u", "38.0", "SQLite")]
    [InlineData("u", "64.0", "SQLite")]
    [InlineData("u", "64.0", "PostgreSQL")]
    [InlineData("c", "59.0", "SQLite")]
    public async Task The_answer_is_as_reviewed(string kind, string version, string database)
    {
        var scene = await SceneAsync(database);
        var apiNamespace = kind == "u" ? SoapScene.Partner : SoapScene.Enterprise;
        var reply = await scene.PostAsync(
            SoapScene.LoginEnvelope(scene.User.Username, scene.User.Password).Replace(SoapScene.Partner, apiNamespace, StringComparison.Ordinal), $"/services/Soap/{kind}/{version}", TestServer.Office);
        reply.Holds();
        Assert.Equal("text/xml; charset=UTF-8", reply.Answer.ContentType);
        Assert.Contains("no-store", reply.Answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Snapshot.Matches(await MaskedAsync(reply.Text, scene), $"login-{kind}-{version}");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_session_is_an_opaque_token_that_the_rest_surface_and_the_identity_url_take(string database)
    {
        var scene = await SceneAsync(database);
        var reply = await scene.LoginAsync();
        Assert.Matches(@"^00D\w{12}![A-Za-z0-9._]+$", reply["sessionId"]);
        Assert.Equal($"http://localhost:5000/services/Soap/u/64.0/{scene.Org.Id}", reply["serverUrl"]);
        var identity = await scene.Server.SendAsync(Bearer($"/id/{RecordId.Long(scene.Org.Id)}/{reply["userId"]}?format=json&oauth_token={reply["sessionId"]}", reply["sessionId"]));
        Assert.Equal(scene.User.Username, identity["username"]);
        (await scene.Server.SendAsync(Bearer("/services/data/v64.0", reply["sessionId"]))).IsAllowed();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_record_says_which_api_and_client_it_was(string database)
    {
        var scene = await SceneAsync(database);
        var reply = await scene.LoginAsync(headers: "<CallOptions><client>DataLoaderPartnerUI/64</client></CallOptions>", path: "/services/Soap/u/51.0");
        var record = await scene.Server.RecordAsync(reply.Answer);
        var wire = RequestWire.Parse(record.Wire);
        Assert.Equal((LoginChannel.SoapLogin, "allow", "DataLoaderPartnerUI/64"), (record.Channel, record.Decision, record.ClientVersion));
        Assert.Equal(("SOAP Partner", "51.0", "POST"), (wire.ApiType, wire.ApiVersion, wire.Method));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Whatever_is_wrong_with_the_credentials_the_sentence_is_the_same(string database)
    {
        var scene = await SceneAsync(database);
        var frozen = await scene.Org.UserAsync(change: user => user.Status = UserStatus.Frozen);
        await scene.Server.NoticeAsync();
        SoapReply[] replies =
        [
            await scene.PostAsync(SoapScene.LoginEnvelope("nobody@example.test", "x")),
            await scene.PostAsync(SoapScene.LoginEnvelope(scene.User.Username, "wrong")),
            await scene.LoginAsync(TestServer.Outside),
            await scene.LoginAsync(TestServer.Outside, new string('a', 24)),
            await scene.LoginAsync(user: frozen),
            await scene.PostAsync(SoapScene.LoginEnvelope("", "")),
        ];
        Assert.All(replies, reply =>
        {
            reply.Faults("INVALID_LOGIN", "LoginFault");
            Assert.Equal("Invalid username, password, security token; or user locked out.", reply.Message);
            Assert.NotNull(reply.Answer.Reference);
        });
        Assert.Equal(DenyReason.SecurityTokenRequired, (await scene.Server.RecordAsync(replies[2].Answer)).Reason);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_missing_token_is_told_only_where_the_organization_discloses_it(string database)
    {
        var scene = await SceneAsync(database);
        await scene.Org.ChangeAsync(org => org.DisclosesMissingToken = true);
        await scene.Server.NoticeAsync();
        var reply = await scene.LoginAsync(TestServer.Outside);
        reply.Faults("LOGIN_MUST_USE_SECURITY_TOKEN", "LoginFault");
        Assert.StartsWith("Invalid username, password, security token; or user locked out. ", reply.Message, StringComparison.Ordinal);
        (await scene.PostAsync(SoapScene.LoginEnvelope(scene.User.Username, "wrong"))).Faults("INVALID_LOGIN", "LoginFault");
        (await scene.LoginAsync(TestServer.Outside, await scene.User.ReceiveTokenAsync())).Holds();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_scope_header_must_name_the_users_own_organization(string database)
    {
        var scene = await SceneAsync(database);
        var other = await TestOrg.AddAsync(scene.Server);
        await scene.Server.NoticeAsync();
        (await ScopedAsync(scene.Org.Id)).Holds();
        (await ScopedAsync(RecordId.Long(scene.Org.Id))).Holds();
        (await ScopedAsync("")).Holds();
        var refused = await ScopedAsync(other.Id);
        refused.Faults("INVALID_LOGIN", "LoginFault");
        Assert.Null((await scene.Server.RecordAsync(refused.Answer)).UserId);
        (await ScopedAsync(RecordId.NewOrganization())).Faults("INVALID_LOGIN", "LoginFault");
        (await ScopedAsync("nonsense")).Faults("INVALID_LOGIN", "LoginFault");

        Task<SoapReply> ScopedAsync(string org) => scene.LoginAsync(headers: $"<LoginScopeHeader><organizationId>{org}</organizationId></LoginScopeHeader>");
    }

    [Fact]
    public async Task A_switch_that_is_off_is_told_to_whom_it_concerns()
    {
        var scene = await SceneAsync();
        await scene.Org.ChangeAsync(org => org.SoapLoginEnabled = false);
        await TestOrg.AddAsync(scene.Server); // has it on, whatever the other tests' organizations have
        await scene.Server.NoticeAsync();
        var reply = await scene.LoginAsync();
        reply.Faults("INVALID_OPERATION");
        Assert.StartsWith("SOAP API login() is disabled by default in this org.", reply.Message, StringComparison.Ordinal);
        (await scene.PostAsync(SoapScene.LoginEnvelope(scene.User.Username, "wrong"))).Faults("INVALID_LOGIN", "LoginFault");
        (await scene.PostAsync(SoapScene.LoginEnvelope("nobody@example.test", "x"))).Faults("INVALID_LOGIN", "LoginFault");
    }

    [Fact]
    public async Task Where_no_organization_has_it_on_everybody_is_told()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await SoapScene.NewAsync(server);
        await scene.Org.ChangeAsync(org => org.SoapLoginEnabled = false);
        await server.NoticeAsync();
        var reply = await scene.PostAsync(SoapScene.LoginEnvelope("nobody@example.test", "x"));
        reply.Faults("INVALID_OPERATION");
        Assert.Equal(DenyReason.UnknownUser, (await server.RecordAsync(reply.Answer)).Reason);
    }

    [Theory]
    [InlineData("65.0", "INVALID_OPERATION")]
    [InlineData("67.0", "INVALID_OPERATION")]
    [InlineData("68.0", "INVALID_OPERATION")]
    [InlineData("69.0", "UNSUPPORTED_API_VERSION")]
    [InlineData("19.0", "UNSUPPORTED_API_VERSION")]
    [InlineData("64", "UNSUPPORTED_API_VERSION")]
    [InlineData("064.0", "UNSUPPORTED_API_VERSION")]
    public async Task A_version_without_login_says_so(string version, string code) =>
        (await (await SceneAsync()).LoginAsync(path: "/services/Soap/u/" + version)).Faults(code);

    [Fact]
    public async Task Who_guesses_too_often_is_not_looked_at()
    {
        await using var server = await TestServer.StartAsync(change: options => options with { Limits = new LimitOptions { RefusalsPerNetwork = 2, ForgivenPerMinute = 1 } });
        var scene = await SoapScene.NewAsync(server);
        for (var i = 0; i < 3; i++) // one more than the burst: a little is forgiven while they are made
            (await scene.PostAsync(SoapScene.LoginEnvelope("nobody@example.test", "x"))).Faults("INVALID_LOGIN", "LoginFault");
        var reply = await scene.LoginAsync(TestServer.Outside);
        reply.Faults("INVALID_LOGIN", "LoginFault");
        Assert.True(reply.Answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        (await scene.LoginAsync()).Holds(); // from another network
    }

    [Fact]
    public async Task A_password_nobody_may_see_is_in_no_log()
    {
        var scene = await SceneAsync();
        const string secret = "Very-Secret-Word-99";
        (await scene.PostAsync(SoapScene.LoginEnvelope(scene.User.Username, secret))).Faults("INVALID_LOGIN", "LoginFault");
        await scene.PostAsync(SoapScene.LoginEnvelope(scene.User.Username, secret) + "<");
        Assert.DoesNotContain(scene.Server.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_is_told_to_post()
    {
        var answer = await (await SceneAsync()).Server.SendAsync(new(HttpMethod.Get, SoapScene.Path));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "POST a SOAP 1.1 envelope here.\n"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task A_failure_of_the_server_is_a_fault_too()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await SoapScene.NewAsync(server);
        await using (var db = server.Database.NewContext())
            await db.Database.ExecuteSqlRawAsync("ALTER TABLE login_records RENAME TO gone", TestContext.Current.CancellationToken);
        var reply = await scene.LoginAsync();
        Assert.Equal(HttpStatusCode.InternalServerError, reply.Status);
        Assert.Contains(reply.ExceptionCode, (string[])["SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION"]);
    }

    async Task<SoapScene> SceneAsync(string database = "SQLite") => await SoapScene.NewAsync(await servers.OnAsync(database));

    static HttpRequestMessage Bearer(string path, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return request;
    }

    internal static async Task<string> MaskedAsync(string text, SoapScene scene) => Regex.Replace(
        text.Replace(scene.User.Username, "USERNAME", StringComparison.Ordinal)
            .Replace((await scene.User.RowAsync()).Email, "EMAIL", StringComparison.Ordinal)
            .Replace((await scene.User.RowAsync()).LastName, "LASTNAME", StringComparison.Ordinal)
            .Replace(await scene.Org.NameAsync(), "ORGANIZATION", StringComparison.Ordinal)
            .Replace(RecordId.Long(scene.User.ProfileId), "PROFILE18", StringComparison.Ordinal)
            .Replace(RecordId.Long(scene.User.Id), "USER18", StringComparison.Ordinal)
            .Replace(RecordId.Long(scene.Org.Id), "ORG18", StringComparison.Ordinal)
            .Replace(scene.Org.Id, "ORG15", StringComparison.Ordinal),
        "ORG15![^<]+", "SESSION", RegexOptions.None, TimeSpan.FromSeconds(1)).Replace("><", ">\n<", StringComparison.Ordinal);
}
