using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Soap;

/// <summary>What a session can do, and what ends it.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SoapSessionTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Get_user_info_says_whose_session_it_is(string database)
    {
        var scene = await SceneAsync(database);
        var reply = await scene.CallAsync(await scene.SessionAsync(), "getUserInfo");
        reply.Holds();
        Snapshot.Matches(await SoapLoginTests.MaskedAsync(reply.Text, scene), "get-user-info");
    }

    [Fact]
    public async Task Get_server_timestamp_says_the_time()
    {
        var scene = await SceneAsync();
        var at = scene.Server.Clock.GetUtcNow();
        Assert.Equal(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"), (await scene.CallAsync(await scene.SessionAsync(), "getServerTimestamp"))["timestamp"]);
    }

    [Theory]
    [InlineData("api", true)]
    [InlineData("full", true)]
    [InlineData("web", true)]
    [InlineData("id", false)]
    public async Task An_oauth_token_is_a_session_when_its_scope_says_so(string scope, bool isOne)
    {
        var scene = await SceneAsync();
        var reply = await scene.CallAsync(await scene.TokenAsync(scope), "getUserInfo");
        if (isOne)
        {
            Assert.Equal(scene.User.Username, reply["userName"]);
            return;
        }
        reply.Faults("INVALID_SESSION_ID");
        Assert.DoesNotMatch("Session timed out|Session not found|Illegal Session", reply.Message); // another login would not help
    }

    [Fact]
    public async Task Whatever_is_no_session_is_told_the_same()
    {
        var scene = await SceneAsync();
        string?[] sessions = [null, "", "nonsense", scene.Org.Id + "!" + new string('a', 96), await scene.TokenAsync("api", Dialect.Standard), new string('x', 60_000)];
        foreach (var session in sessions)
        {
            var reply = await scene.CallAsync(session, "getUserInfo");
            reply.Faults("INVALID_SESSION_ID");
            Assert.Equal("Invalid Session ID found in SessionHeader: Illegal Session. Session not found.", reply.Message);
        }
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_session_ends_by_logout_by_time_and_with_its_user(string database)
    {
        var scene = await SceneAsync(database);
        var (out_, frozen) = (await scene.SessionAsync(), await scene.SessionAsync());
        (await scene.CallAsync(out_, "logout")).Holds();
        (await scene.CallAsync(out_, "logout")).Faults("INVALID_SESSION_ID");
        (await scene.CallAsync(frozen, "getUserInfo")).Holds();
        await scene.User.ChangeAsync(user => user.Status = UserStatus.Frozen);
        (await scene.CallAsync(frozen, "getUserInfo")).Faults("INVALID_SESSION_ID");
        await using var server = await TestServer.StartAsync(database == "PostgreSQL");
        var later = await SoapScene.NewAsync(server);
        var old = await later.SessionAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(119));
        (await later.CallAsync(old, "getUserInfo")).Holds();
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        (await later.CallAsync(old, "getUserInfo")).Faults("INVALID_SESSION_ID");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Only_own_sessions_are_invalidated(string database)
    {
        var scene = await SceneAsync(database);
        var other = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        var (mine, another, theirs, oauth) = (await scene.SessionAsync(), await scene.SessionAsync(), await scene.SessionAsync(other), await scene.TokenAsync("api"));
        var reply = await scene.CallAsync(mine, "invalidateSessions", string.Concat(((string[])[another, theirs, "nonsense", oauth]).Select(id => $"<sessionIds>{id}</sessionIds>")));
        reply.Holds();
        Assert.Equal(["true", "false", "false", "true"], reply.Body.Descendants().Where(element => element.Name.LocalName == "success").Select(element => element.Value));
        Snapshot.Matches(reply.Text.Replace("><", ">\n<", StringComparison.Ordinal), "invalidate-sessions");
        (await scene.CallAsync(another, "getUserInfo")).Faults("INVALID_SESSION_ID");
        (await scene.CallAsync(theirs, "getUserInfo")).Holds();
        (await scene.CallAsync(mine, "getUserInfo")).Holds();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(201)]
    public async Task Sessions_are_invalidated_within_bounds(int count)
    {
        var scene = await SceneAsync();
        (await scene.CallAsync(await scene.SessionAsync(), "invalidateSessions", string.Concat(Enumerable.Repeat("<sessionIds>x</sessionIds>", count)))).Faults("EXCEEDED_ID_LIMIT");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_profile_that_loses_the_api_loses_its_sessions(string database)
    {
        var scene = await SceneAsync(database);
        var session = await scene.SessionAsync();
        await scene.Org.ChangeProfileAsync(scene.User.ProfileId, new() { Permissions = new() { ApiEnabled = false } });
        await scene.Server.NoticeAsync();
        (await scene.CallAsync(session, "getUserInfo")).Faults("API_DISABLED_FOR_ORG");
        (await scene.LoginAsync()).Faults("API_DISABLED_FOR_ORG", "LoginFault");
    }

    [Fact]
    public async Task The_enterprise_api_takes_the_same_session()
    {
        var scene = await SceneAsync();
        var reply = await scene.PostAsync(
            SoapScene.Envelope("getUserInfo", "", $"<SessionHeader><sessionId>{await scene.SessionAsync()}</sessionId></SessionHeader>", SoapScene.Enterprise), "/services/Soap/c/59.0/" + RecordId.Long(scene.Org.Id));
        reply.Holds();
        Assert.Contains("xmlns=\"urn:enterprise.soap.sforce.com\"", reply.Text, StringComparison.Ordinal);
        var fault = await scene.PostAsync(SoapScene.Envelope("getUserInfo", "", null, SoapScene.Enterprise), "/services/Soap/c/59.0");
        Assert.Contains("xmlns:sf=\"urn:fault.enterprise.soap.sforce.com\"", fault.Text, StringComparison.Ordinal);
    }

    async Task<SoapScene> SceneAsync(string database = "SQLite") => await SoapScene.NewAsync(await servers.OnAsync(database));
}
