namespace OAuthServer.Tests.Support;

/// <summary>One server per database, shared by the tests of the collection; each test makes its own organization.</summary>
public sealed class Servers : IAsyncDisposable
{
    readonly Lazy<Task<TestServer>> sqlite = new(() => TestServer.StartAsync());
    readonly Lazy<Task<TestServer>> postgres = new(() => TestServer.StartAsync(postgres: true));

    /// <summary>The rows of a theory that runs on both databases.</summary>
    public static TheoryData<string> Both => ["SQLite", "PostgreSQL"];

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

[CollectionDefinition(nameof(ServersCollection))]
public sealed class ServersCollection : ICollectionFixture<Servers>;
