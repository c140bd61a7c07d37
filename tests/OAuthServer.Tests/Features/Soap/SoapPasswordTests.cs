using System.Net;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Soap;

/// <summary>Passwords by SOAP: the own, an expired one, and another's by an administrator.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SoapPasswordTests(Servers servers)
{
    const string New = "Another-Horse-8";

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_expired_password_gives_a_session_that_only_chooses_another(string database)
    {
        var scene = await SceneAsync(null, database);
        await scene.User.ChangeAsync(user => user.MustChangePassword = true);
        var reply = await scene.LoginAsync();
        reply.Holds();
        Assert.Equal("true", reply["passwordExpired"]);
        var session = reply["sessionId"];
        Assert.Equal("challenge", (await scene.Server.RecordAsync(reply.Answer)).Decision);
        foreach (var call in (string[])["getUserInfo", "getServerTimestamp", "invalidateSessions", "resetPassword"])
            (await scene.CallAsync(session, call)).Faults("INVALID_OPERATION_WITH_EXPIRED_PASSWORD");
        Assert.Equal(HttpStatusCode.Unauthorized, (await RestAsync(scene, "GET", session, "/services/data/v64.0")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await RestAsync(scene, "GET", session, $"/id/{scene.Org.Id}/{scene.User.Id}")).Status);
        (await scene.CallAsync(session, "setPassword", $"<userId>{scene.User.Id}</userId><password>{New}</password>")).Holds();
        (await scene.CallAsync(session, "getUserInfo")).Faults("INVALID_SESSION_ID");
        scene.User.Remember(New);
        Assert.Equal("false", (await scene.LoginAsync())["passwordExpired"]);
    }

    [Fact]
    public async Task An_expired_password_without_its_token_is_an_invalid_login()
    {
        var scene = await SceneAsync();
        await scene.User.ChangeAsync(user => user.MustChangePassword = true);
        (await scene.LoginAsync(TestServer.Outside)).Faults("INVALID_LOGIN", "LoginFault");
        Assert.Equal("true", (await scene.LoginAsync(TestServer.Outside, await scene.User.ReceiveTokenAsync()))["passwordExpired"]);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_session_of_an_expired_password_changes_it_by_the_old_one_too(string database)
    {
        var scene = await SceneAsync(null, database);
        await scene.User.ChangeAsync(user => user.MustChangePassword = true);
        var session = await scene.SessionAsync();
        (await ChangeOwnAsync(scene, session, scene.User.Password, scene.User.Password)).Faults("INVALID_NEW_PASSWORD", "InvalidNewPasswordFault");
        (await ChangeOwnAsync(scene, session, scene.User.Password, New)).Holds();
        Assert.False((await scene.User.RowAsync()).MustChangePassword);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_own_password_is_changed_by_the_old_one_and_everything_born_of_it_dies(string database)
    {
        var scene = await SceneAsync(null, database);
        var token = await scene.User.ReceiveTokenAsync();
        var session = await scene.SessionAsync();
        var reply = await ChangeOwnAsync(scene, session, scene.User.Password, New);
        reply.Holds();
        Assert.Empty(reply.Body.Descendants().Single(element => element.Name.LocalName == "result").Nodes());
        (await scene.CallAsync(session, "getUserInfo")).Faults("INVALID_SESSION_ID");
        scene.User.Remember(New);
        (await scene.LoginAsync(TestServer.Outside, token)).Faults("INVALID_LOGIN", "LoginFault");
        (await scene.LoginAsync()).Holds();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Wrong_old_passwords_count_until_the_account_is_locked(string database)
    {
        var scene = await SceneAsync(new() { Lockout = new() { MaxInvalidAttempts = 3 } }, database);
        var session = await scene.SessionAsync();
        for (var i = 0; i < 3; i++)
            (await ChangeOwnAsync(scene, session, "wrong", New)).Faults("INVALID_NEW_PASSWORD", "InvalidNewPasswordFault");
        (await ChangeOwnAsync(scene, session, scene.User.Password, New)).Faults("PASSWORD_LOCKOUT", "LoginFault");
    }

    [Fact]
    public async Task A_new_password_must_keep_to_the_policy()
    {
        var scene = await SceneAsync();
        var reply = await ChangeOwnAsync(scene, await scene.SessionAsync(), scene.User.Password, "short");
        reply.Faults("INVALID_NEW_PASSWORD", "InvalidNewPasswordFault");
        Assert.Contains("Use at least 8 characters.", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_own_password_is_set_without_the_old_one_only_just_after_a_password_login()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await SoapScene.NewAsync(server);
        var session = await scene.SessionAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(11));
        (await SetAsync(scene, session, scene.User.Id, New)).Faults("INSUFFICIENT_ACCESS");
        (await SetAsync(scene, await scene.SessionAsync(), scene.User.Id, New)).Holds();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_administrator_gives_a_password_that_is_good_for_one_login_and_is_audited(string database)
    {
        var scene = await AdministratorAsync(database);
        var other = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        var token = await other.ReceiveTokenAsync();
        (await SetAsync(scene, await scene.SessionAsync(), RecordId.Long(other.Id), New)).Holds();
        other.Remember(New);
        Assert.Equal("true", (await scene.LoginAsync(user: other))["passwordExpired"]);
        (await scene.LoginAsync(TestServer.Outside, token, user: other)).Faults("INVALID_LOGIN", "LoginFault");
        await using var db = scene.Server.Database.NewContext();
        var entry = await db.AuditEntries.AsNoTracking().SingleAsync(e => e.Operation == "users.set-password" && e.ObjectId == other.Id && e.After!.Contains("given"), TestContext.Current.CancellationToken);
        Assert.Equal((scene.User.Username, AuditDoor.Api), (entry.Actor, entry.Door));
        Assert.DoesNotContain(New, entry.After, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_password_is_made_up_for_whom_an_administrator_resets(string database)
    {
        var scene = await AdministratorAsync(database);
        var other = await scene.Org.UserAsync(new() { Password = new() { MinLength = 30, Complexity = 4 } });
        await scene.Server.NoticeAsync();
        await other.ChangeAsync(user => (user.TrustedFailures, user.TrustedLastFailureAt) = (10, scene.Server.Clock.GetUtcNow()));
        (await scene.LoginAsync(user: other)).Faults("INVALID_LOGIN", "LoginFault");
        var reply = await scene.CallAsync(await scene.SessionAsync(), "resetPassword", $"<userId>{other.Id}</userId>");
        reply.Holds();
        var made = WebUtility.HtmlDecode(reply["password"]);
        Assert.Equal(30, made.Length);
        other.Remember(made);
        Assert.Equal("true", (await scene.LoginAsync(user: other))["passwordExpired"]); // a reset ends a lockout
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Nobody_else_sets_anybodys_password(string database)
    {
        var scene = await SceneAsync(null, database);
        var administrator = await AdministratorAsync(database);
        var stranger = await SceneAsync(null, database);
        var other = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        (await SetAsync(scene, await scene.SessionAsync(), other.Id, New)).Faults("INSUFFICIENT_ACCESS");
        (await SetAsync(scene, await scene.SessionAsync(), "nonsense", New)).Faults("MALFORMED_ID", "InvalidIdFault");
        (await SetAsync(scene, await scene.SessionAsync(), scene.Org.Id, New)).Faults("MALFORMED_ID", "InvalidIdFault");
        (await SetAsync(administrator, await administrator.SessionAsync(), stranger.User.Id, New)).Faults("INVALID_ID_FIELD", "InvalidIdFault"); // another organization's
        (await SetAsync(administrator, await administrator.TokenAsync("api"), other.Id, New)).Faults("INSUFFICIENT_ACCESS"); // an app's token for its data
        (await SetAsync(administrator, await administrator.TokenAsync("full"), other.Id, New)).Faults("INSUFFICIENT_ACCESS");
        await administrator.Org.ChangeAsync(org => org.SoapLoginEnabled = false);
        await administrator.Server.NoticeAsync();
        var mine = await administrator.Org.UserAsync();
        await administrator.Server.NoticeAsync();
        (await SetAsync(administrator, await administrator.TokenAsync("api setup_write"), mine.Id, New)).Faults("FUNCTIONALITY_NOT_ENABLED");
    }

    [Fact]
    public async Task Whom_single_sign_on_keeps_from_passwords_is_given_none()
    {
        var scene = await AdministratorAsync();
        var other = await scene.Org.UserAsync(new() { Sso = SsoMode.Required });
        await scene.Server.NoticeAsync();
        (await SetAsync(scene, await scene.SessionAsync(), other.Id, New)).Faults("INVALID_OPERATION");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_rest_resource_does_the_same(string database)
    {
        var scene = await AdministratorAsync(database);
        var other = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        var session = await scene.SessionAsync();
        var path = $"/services/data/v64.0/sobjects/User/{RecordId.Long(other.Id)}/password";
        Assert.Equal("""{"isExpired":false}""", (await RestAsync(scene, "GET", session, path)).Text);
        Assert.Equal(HttpStatusCode.OK, (await RestAsync(scene, "HEAD", session, path)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await RestAsync(scene, "POST", session, path, $$"""{"NewPassword":"{{New}}"}""")).Status);
        Assert.Equal("""{"isExpired":true}""", (await RestAsync(scene, "GET", session, path)).Text);
        other.Remember((await RestAsync(scene, "DELETE", session, path))["NewPassword"]!);
        Assert.Equal("true", (await scene.LoginAsync(user: other))["passwordExpired"]);

        foreach (var body in (string[])["", "{}", """{"newPassword":"x"}""", """{"NewPassword":7}""", """{"NewPassword":"a","NewPassword":"b"}""", "[]", new string('x', 100_000)])
            AssertError(await RestAsync(scene, "POST", session, path, body), HttpStatusCode.BadRequest, "JSON_PARSER_ERROR");
        AssertError(await RestAsync(scene, "POST", session, path, """{"NewPassword":"short"}"""), HttpStatusCode.BadRequest, "INVALID_NEW_PASSWORD");
        AssertError(await RestAsync(scene, "DELETE", await SessionOfAsync(other: await SceneAsync(null, database)), path), HttpStatusCode.Forbidden, "INSUFFICIENT_ACCESS");
        AssertError(await RestAsync(scene, "GET", "nonsense", path), HttpStatusCode.Unauthorized, "INVALID_SESSION_ID");
        AssertError(await RestAsync(scene, "GET", session, path.Replace(RecordId.Long(other.Id), "005000000000000", StringComparison.Ordinal)), HttpStatusCode.NotFound, "NOT_FOUND");

        static Task<string> SessionOfAsync(SoapScene other) => other.SessionAsync();
    }

    static void AssertError(Answer answer, HttpStatusCode status, string code) =>
        Assert.Equal((status, code), (answer.Status, answer.Json.EnumerateArray().Single().GetProperty("errorCode").GetString()));

    static Task<Answer> RestAsync(SoapScene scene, string method, string token, string path, string? body = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return scene.Server.SendAsync(request);
    }

    static Task<SoapReply> ChangeOwnAsync(SoapScene scene, string session, string oldPassword, string newPassword) =>
        scene.CallAsync(session, "changeOwnPassword", $"<oldPassword>{oldPassword}</oldPassword><newPassword>{newPassword}</newPassword>");

    static Task<SoapReply> SetAsync(SoapScene scene, string session, string userId, string password) =>
        scene.CallAsync(session, "setPassword", $"<userId>{userId}</userId><password>{password}</password>");

    Task<SoapScene> AdministratorAsync(string database = "SQLite") => SceneAsync(new() { Permissions = new() { Administrator = true } }, database);

    async Task<SoapScene> SceneAsync(OAuthServer.Orgs.ProfileSettings? profile = null, string database = "SQLite") =>
        await SoapScene.NewAsync(await servers.OnAsync(database), profile);
}
