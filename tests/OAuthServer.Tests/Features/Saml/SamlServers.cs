using OAuthServer.Tests.Federation.Saml;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Saml;

/// <summary>One server per database at the time of the answers that are signed by hand; each test makes its own organization, and none turns the clock.</summary>
public sealed class SamlServers : IAsyncDisposable
{
    readonly Lazy<Task<TestServer>> sqlite = new(() => TestServer.StartAsync(now: SamlScene.Now));
    readonly Lazy<Task<TestServer>> postgres = new(() => TestServer.StartAsync(postgres: true, now: SamlScene.Now));

    public Task<TestServer> OnAsync(string database) => database == "PostgreSQL" ? postgres.Value : sqlite.Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { sqlite, postgres })
        {
            if (server.IsValueCreated && server.Value.IsCompletedSuccessfully)
                await (await server.Value).DisposeAsync();
        }
    }
}

[CollectionDefinition(nameof(SamlServersCollection))]
public sealed class SamlServersCollection : ICollectionFixture<SamlServers>;
