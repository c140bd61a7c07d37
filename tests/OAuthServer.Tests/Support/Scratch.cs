using OAuthServer.Data;

namespace OAuthServer.Tests.Support;

/// <summary>A folder of its own with a migrated, empty SQLite database, gone afterwards.</summary>
public sealed class Scratch : IAsyncDisposable
{
    Scratch()
    {
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("oauthserver-test-").FullName;

    public SqliteDatabase Database { get; private set; } = null!;

    public MasterKey Key { get; } = new(new byte[32]);

    public static async Task<Scratch> NewAsync()
    {
        var scratch = new Scratch();
        scratch.Database = new SqliteDatabase(Path.Combine(scratch.Folder, "test.db"));
        await SchemaUpgrade.RunAsync(scratch.Database);
        return scratch;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
