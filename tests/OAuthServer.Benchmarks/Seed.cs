using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OAuthServer.Accounts;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Hosting;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Benchmarks;

/// <summary>An organization with one user, an app, and a resource server's app; tokens come from the server's own mint.</summary>
sealed class Seed : IAsyncDisposable
{
    internal const string App = "benchmark-app";
    internal const string ResourceServer = "benchmark-api";
    internal const string Secret = "not-a-secret-0123456789abcdef0123";
    internal const string Username = "user@example.test";
    internal const string Password = "Correct-Horse-7";

    readonly WebApplication server;
    string orgId = "";
    string userId = "";

    Seed(WebApplication server) => this.server = server;

    internal static async Task<Seed> NewAsync(string folder, int port)
    {
        var seed = new Seed(Server.Build(Ours.OptionsFor(folder, port), builder => builder.Logging.ClearProviders()));
        await Server.PrepareAsync(seed.server);
        await seed.server.StartAsync();
        await seed.AddRowsAsync();
        await seed.Get<ChangeWatch>().RefreshAsync();
        return seed;
    }

    /// <summary>New tokens of a login by password, with a refresh token each.</summary>
    internal async Task<List<TokenResult>> TokensAsync(int count)
    {
        var app = await Get<AppDirectory>().FindAsync(App) ?? throw new InvalidOperationException("No app.");
        var now = Get<TimeProvider>().GetUtcNow();
        var access = new GrantedAccess
        {
            App = app,
            UserId = userId,
            Username = Username,
            OrgId = orgId,
            Channel = LoginChannel.PasswordGrant,
            Assurance = new Assurance(Proof.Password, "Load"),
            ProfileVersion = 1,
            At = now,
            AuthenticatedAt = now,
            Scope = "api openid profile email offline_access",
            MayRefresh = true,
        };
        var results = new List<TokenResult>();
        for (var i = 0; i < count; i++)
            results.Add(await Get<TokenIssuer>().IssueAsync(access) ?? throw new InvalidOperationException("No token was made."));
        return results;
    }

    async Task AddRowsAsync()
    {
        var now = Get<TimeProvider>().GetUtcNow();
        var org = new Organization { Id = orgId = RecordId.NewOrganization(), Name = "Benchmark", PasswordGrantEnabled = true, CreatedAt = now };
        var profile = new Profile { Id = RecordId.NewProfile(), OrgId = orgId, Name = "Load", Version = 1 };
        var user = new User
        {
            Id = userId = RecordId.NewUser(),
            OrgId = orgId,
            ProfileId = profile.Id,
            Username = Username,
            NormalizedUsername = Username,
            Email = Username,
            FirstName = "Bench",
            LastName = "Mark",
            PasswordHash = await Get<PasswordHashing>().HashAsync(Password),
            PasswordChangedAt = now,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await using var db = Get<Database>().NewContext();
        db.AddRange(
            org, profile, user,
            new TrustedNetwork { OrgId = orgId, Name = "Load", Range = "127.0.0.0/8" },
            new ProfileVersion { ProfileId = profile.Id, Version = 1, SavedAt = now, SavedBy = "benchmark", Settings = SettingsJson.Write(new ProfileSettings()) });
        AddApp(db, App, new AppSettings
        {
            Flows = [LoginChannel.PasswordGrant, LoginChannel.ClientCredentials, LoginChannel.RefreshToken],
            Scopes = ["api", "openid", "profile", "email", "offline_access"],
        }, now);
        AddApp(db, ResourceServer, new AppSettings { Flows = [], IntrospectsAll = true }, now);
        await db.SaveChangesAsync();
    }

    void AddApp(ServerDb db, string clientId, AppSettings settings, DateTimeOffset now)
    {
        var app = new ConnectedApp
        {
            Id = RecordId.NewApp(),
            OrgId = orgId,
            ClientId = clientId,
            Name = clientId,
            RunAsUserId = userId,
            Settings = SettingsJson.Write(settings),
            CreatedAt = now,
        };
        db.Add(app);
        db.Add(new AppSecret { AppId = app.Id, Name = "first", Hash = Get<MasterKey>().KeyedHash(ClientAuthenticator.SecretPurpose, Secret), CreatedAt = now });
    }

    T Get<T>()
        where T : notnull => server.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync();
        await server.DisposeAsync();
    }
}
