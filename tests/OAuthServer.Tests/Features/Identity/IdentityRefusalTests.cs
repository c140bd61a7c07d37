using System.Net;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Identity;

/// <summary>What the identity URL refuses, in the one word that its clients compare: nforce the whole body, VS Code's tools a part of it.</summary>
[Collection(nameof(ServersCollection))]
public sealed class IdentityRefusalTests(Servers servers)
{
    [Fact]
    public async Task Whoever_shows_no_good_token_learns_no_more_than_that()
    {
        var scene = await SceneAsync();
        var path = scene.Path;
        IsWord(await scene.SendAsync("GET", path), 403, "Missing_OAuth_Token");
        IsWord(await scene.SendAsync("GET", path, "Basic eDp5"), 403, "Missing_OAuth_Token");
        IsWord(await scene.SendAsync("GET", path + "?oauth_token="), 403, "Missing_OAuth_Token");
        IsWord(await scene.SendAsync("POST", path), 403, "Missing_OAuth_Token");
        IsWord(await scene.SendAsync("GET", "/id/nonsense/nobody"), 403, "Missing_OAuth_Token");
        foreach (var bad in new[] { "nonsense", scene.Token + "x", scene.Token[..^1], "00D000000000001!" + new string('x', 96), "a.b.c", new string('x', 20_000) })
            IsWord(await scene.SendAsync("GET", path, "Bearer " + bad), 403, "Bad_OAuth_Token");
        IsWord(await scene.SendAsync("GET", "/id/nonsense/nobody", "Bearer nonsense"), 403, "Bad_OAuth_Token");
    }

    [Fact]
    public async Task A_token_that_has_ended_is_bad()
    {
        var scene = await SceneAsync();
        await scene.Scene.RevokeAsync(scene.Token);
        IsWord(await scene.GetAsync(scene.Path), 403, "Bad_OAuth_Token");
        var left = await SceneAsync();
        await left.Scene.ChangeUserAsync(user => user.Status = UserStatus.Inactive);
        IsWord(await left.GetAsync(left.Path), 403, "Bad_OAuth_Token");
    }

    [Fact]
    public async Task A_token_of_a_standard_app_is_none_here()
    {
        var standard = await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), TestOrg.StandardApp);
        var scene = new IdentityScene(standard, await standard.AccessTokenAsync());
        IsWord(await scene.GetAsync(scene.Path), 403, "Bad_OAuth_Token");
    }

    [Fact]
    public async Task A_token_for_an_expired_password_does_nothing_but_change_it()
    {
        var scene = await IdentityScene.NewAsync(await servers.OnAsync("SQLite"), "change_password");
        IsWord(await scene.GetAsync(scene.Path), 403, "Bad_OAuth_Token");
        IsWord(await scene.GetAsync("/services/oauth2/userinfo"), 403, "Bad_OAuth_Token");
    }

    [Fact]
    public async Task Another_organization_is_the_wrong_one_whoever_is_asked_for()
    {
        var scene = await SceneAsync();
        var stranger = await SceneAsync();
        IsWord(await scene.GetAsync(stranger.Path), 403, "Wrong_Org");
        IsWord(await scene.GetAsync(IdentityScene.PathOf(stranger.Scene.Org.Id, scene.Scene.User.Id)), 403, "Wrong_Org");
        // Their user under our organization is as unknown as nobody.
        IsWord(await scene.GetAsync(IdentityScene.PathOf(scene.Scene.Org.Id, stranger.Scene.User.Id)), 404, "Bad_Id");
        IsWord(await scene.GetAsync(IdentityScene.PathOf(scene.Scene.Org.Id, RecordId.NewUser())), 404, "Bad_Id");
    }

    [Theory]
    [InlineData("005")]
    [InlineData("005000000000000000000")]
    [InlineData("00500000000000!")]
    [InlineData("%E2%82%AC0500000000000")]
    public async Task What_is_no_id_is_a_bad_one(string user)
    {
        var scene = await SceneAsync();
        IsWord(await scene.GetAsync($"/id/{RecordId.Long(scene.Scene.Org.Id)}/{user}"), 404, "Bad_Id");
        IsWord(await scene.GetAsync($"/id/{user}/{RecordId.Long(scene.Scene.User.Id)}"), 404, "Bad_Id");
        var wrongChecks = RecordId.Long(scene.Scene.User.Id)[..15] + "~~~";
        IsWord(await scene.GetAsync($"/id/{RecordId.Long(scene.Scene.Org.Id)}/{wrongChecks}"), 404, "Bad_Id");
    }

    [Fact]
    public async Task A_colleague_who_has_left_is_inactive_and_one_who_is_frozen_is_not()
    {
        var scene = await SceneAsync();
        var (left, frozen) = (await scene.ColleagueAsync(UserStatus.Inactive), await scene.ColleagueAsync(UserStatus.Frozen));
        IsWord(await scene.GetAsync(IdentityScene.PathOf(scene.Scene.Org.Id, left.Id)), 404, "Inactive");
        Assert.Equal("True", (await scene.GetAsync(IdentityScene.PathOf(scene.Scene.Org.Id, frozen.Id)))["active"]);
    }

    [Fact]
    public async Task Colleagues_are_an_affair_of_the_api()
    {
        var scene = await IdentityScene.NewAsync(await servers.OnAsync("SQLite"), "id", "openid");
        var colleague = await scene.ColleagueAsync();
        IsWord(await scene.GetAsync(IdentityScene.PathOf(scene.Scene.Org.Id, colleague.Id)), 404, "No_Access");
        // Who may not ask is not told either who is there.
        IsWord(await scene.GetAsync(IdentityScene.PathOf(scene.Scene.Org.Id, RecordId.NewUser())), 404, "No_Access");

        var full = await IdentityScene.NewAsync(scene.Scene.Server, "full");
        var other = await full.ColleagueAsync();
        Assert.Equal(HttpStatusCode.OK, (await full.GetAsync(IdentityScene.PathOf(full.Scene.Org.Id, other.Id))).Status);
        await full.Scene.Org.ChangeProfileAsync(full.Scene.User.ProfileId, new ProfileSettings { Permissions = new() { ApiEnabled = false } });
        await full.Scene.Server.NoticeAsync();
        IsWord(await full.GetAsync(IdentityScene.PathOf(full.Scene.Org.Id, other.Id)), 404, "No_Access");
        Assert.Equal(HttpStatusCode.OK, (await full.GetAsync(full.Path)).Status);
    }

    [Theory]
    [InlineData("99.0")]
    [InlineData("59")]
    [InlineData("v59.0")]
    [InlineData("Latest")]
    [InlineData("%3Cscript%3E")]
    public async Task A_version_that_there_is_not_is_invalid(string version)
    {
        var scene = await SceneAsync();
        IsWord(await scene.GetAsync($"{scene.Path}?version={version}"), 406, "Invalid_Version");
    }

    [Fact]
    public async Task What_cannot_be_read_is_an_error_and_no_crash()
    {
        var scene = await SceneAsync();
        (await scene.SendAsync("GET", $"{scene.Path}?oauth_token={scene.Token}", "Bearer another")).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        (await scene.GetAsync(scene.Path + "?format=xml&format=json")).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        (await scene.GetAsync(scene.Path + "?version=%00")).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        var put = await scene.SendAsync("PUT", scene.Path, "Bearer " + scene.Token);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, put.Status);
    }

    static void IsWord(Answer answer, int status, string word)
    {
        Assert.Equal((status, word, "text/plain; charset=UTF-8"), ((int)answer.Status, answer.Text, answer.ContentType));
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    async Task<IdentityScene> SceneAsync() => await IdentityScene.NewAsync(await servers.OnAsync("SQLite"));
}
