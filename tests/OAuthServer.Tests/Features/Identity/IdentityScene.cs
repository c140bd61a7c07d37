using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Identity;

/// <summary>A user with a token of a salesforce app, and the ways to show it.</summary>
sealed class IdentityScene(OAuthScene scene, string token)
{
    internal OAuthScene Scene => scene;

    internal string Token => token;

    /// <summary>The identity URL of the token's user, without the host.</summary>
    internal string Path => PathOf(scene.Org.Id, scene.User.Id);

    internal static string PathOf(string orgId, string userId) => $"/id/{RecordId.Long(orgId)}/{RecordId.Long(userId)}";

    internal static async Task<IdentityScene> NewAsync(TestServer server, params string[] scopes)
    {
        var scene = await OAuthScene.NewAsync(server, TestOrg.SalesforceApp with { Scopes = scopes.Length == 0 ? ["api", "id"] : scopes });
        return new(scene, await scene.AccessTokenAsync());
    }

    /// <summary>The same token in the header, at another address.</summary>
    internal Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, "Bearer " + token, headers: headers);

    /// <summary>Any request; what is null is left out.</summary>
    internal Task<Answer> SendAsync(string method, string path, string? authorization = null, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(scene.Server.Address.ToString().TrimEnd('/') + path)) { Content = content };
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return scene.Server.SendAsync(request);
    }

    /// <summary>A colleague of this standing.</summary>
    internal async Task<TestUser> ColleagueAsync(UserStatus status = UserStatus.Active) => await scene.Org.UserAsync(change: user => user.Status = status);
}
