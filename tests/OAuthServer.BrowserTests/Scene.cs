using OAuthServer.Tests.Support;

namespace OAuthServer.BrowserTests;

/// <summary>A server at http://localhost (which passkeys want) with an organization, on the real time that browsers keep.</summary>
sealed class Scene : IAsyncDisposable
{
    Scene(TestServer server, TestOrg org) => (Server, Org) = (server, org);

    internal TestServer Server { get; }

    internal TestOrg Org { get; }

    internal string Url => Server.PublicUrl;

    internal static async Task<Scene> NewAsync()
    {
        var server = await TestServer.StartAtItsPublicUrlAsync("localhost");
        server.Clock.Set(TimeProvider.System.GetUtcNow());
        return new(server, await TestOrg.AddAsync(server));
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
