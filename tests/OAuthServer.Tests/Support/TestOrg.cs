using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Tests.Support;

/// <summary>An organization made for one test, with people and apps as it needs them.</summary>
public sealed class TestOrg
{
    static int count;
    readonly TestServer server;

    TestOrg(TestServer server, string id) => (this.server, Id) = (server, id);

    public string Id { get; }

    /// <summary>The organization, with 127.0.10.0/24 as its trusted network "Head office" and the password doors open.</summary>
    public static async Task<TestOrg> AddAsync(TestServer server)
    {
        await using var db = server.Database.NewContext();
        var org = new Organization
        {
            Id = RecordId.NewOrganization(),
            Name = "Org " + Interlocked.Increment(ref count),
            PasswordGrantEnabled = true,
            SoapLoginEnabled = true,
            CreatedAt = server.Clock.GetUtcNow(),
        };
        db.Add(org);
        db.Add(new TrustedNetwork { OrgId = org.Id, Name = "Head office", Range = "127.0.10.0/24" });
        await db.SaveChangesAsync();
        return new(server, org.Id);
    }

    public async Task<Profile> ProfileAsync(ProfileSettings settings)
    {
        await using var db = server.Database.NewContext();
        var profile = new Profile { Id = RecordId.NewProfile(), OrgId = Id, Name = "Profile " + Interlocked.Increment(ref count), Version = 1 };
        db.Add(profile);
        db.Add(new ProfileVersion { ProfileId = profile.Id, Version = 1, SavedAt = server.Clock.GetUtcNow(), SavedBy = "test", Settings = SettingsJson.Write(settings) });
        await db.SaveChangesAsync();
        return profile;
    }

    /// <summary>Saves another version of a profile as an administrator would.</summary>
    public async Task ChangeProfileAsync(string profileId, ProfileSettings settings)
    {
        await using var db = server.Database.NewContext();
        var profile = (await db.Profiles.FindAsync(profileId))!;
        profile.Version++;
        db.Add(new ProfileVersion
        {
            ProfileId = profileId,
            Version = profile.Version,
            SavedAt = server.Clock.GetUtcNow(),
            SavedBy = "test",
            Settings = SettingsJson.Write(settings),
        });
        await db.SaveChangesAsync();
    }

    /// <summary>A user with a password.</summary>
    public async Task<TestUser> UserAsync(ProfileSettings? settings = null, string password = "Correct-Horse-7", Action<User>? change = null)
    {
        var profile = await ProfileAsync(settings ?? new());
        await using var db = server.Database.NewContext();
        var now = server.Clock.GetUtcNow();
        var number = Interlocked.Increment(ref count);
        var user = new User
        {
            Id = RecordId.NewUser(),
            OrgId = Id,
            ProfileId = profile.Id,
            Username = $"user{number}@example.test",
            NormalizedUsername = $"user{number}@example.test",
            Email = $"user{number}@mail.test",
            FirstName = "Test",
            LastName = "User " + number,
            PasswordHash = await server.Services.GetRequiredService<PasswordHashing>().HashAsync(password),
            PasswordChangedAt = now,
            CreatedAt = now,
            UpdatedAt = now,
        };
        change?.Invoke(user);
        db.Add(user);
        await db.SaveChangesAsync();
        return new(server, user, profile, password);
    }

    /// <summary>An identity provider, with the addresses <c>/sso/{alias}/{name}</c>.</summary>
    /// <param name="settings">What it is and may do.</param>
    /// <param name="clientSecret">Proves us to it.</param>
    /// <param name="metadata">A SAML provider's metadata, as they were last fetched.</param>
    public async Task<ProviderEntry> ProviderAsync(ProviderSettings settings, string? clientSecret = null, string? metadata = null)
    {
        await using var db = server.Database.NewContext();
        var org = (await db.Organizations.FindAsync(Id))!;
        org.Alias ??= "org-" + Interlocked.Increment(ref count);
        var provider = new IdentityProvider
        {
            Id = RecordId.NewProvider(),
            OrgId = Id,
            Name = "provider-" + Interlocked.Increment(ref count),
            Settings = SettingsJson.Write(settings),
            ClientSecret = clientSecret is null ? null
                : server.Services.GetRequiredService<MasterKey>().Protect(IdentityProviders.SecretPurpose, System.Text.Encoding.UTF8.GetBytes(clientSecret)),
            CreatedAt = server.Clock.GetUtcNow(),
        };
        db.Add(provider);
        db.AddRange(settings.Domains.Select(domain => new ProviderDomain { Domain = domain, ProviderId = provider.Id }));
        if (metadata is not null)
            db.Add(new ProviderMetadata { ProviderId = provider.Id, Document = metadata, FetchedAt = server.Clock.GetUtcNow() });
        await db.SaveChangesAsync();
        await server.Services.GetRequiredService<ChangeWatch>().RefreshAsync();
        return (await server.Services.GetRequiredService<IdentityProviders>().CurrentAsync()).FindById(provider.Id)!;
    }

    /// <summary>An app and its one secret.</summary>
    public async Task<TestApp> AppAsync(AppSettings? settings = null, string? runAs = null)
    {
        await using var db = server.Database.NewContext();
        var number = Interlocked.Increment(ref count);
        var app = new ConnectedApp
        {
            Id = RecordId.NewApp(),
            OrgId = Id,
            ClientId = "app-" + number,
            Name = "App " + number,
            RunAsUserId = runAs,
            Settings = SettingsJson.Write(settings ?? StandardApp),
            CreatedAt = server.Clock.GetUtcNow(),
        };
        var secret = "secret-" + Guid.NewGuid().ToString("N");
        db.Add(app);
        db.Add(new AppSecret
        {
            AppId = app.Id,
            Name = "first",
            Hash = server.Services.GetRequiredService<MasterKey>().KeyedHash(ClientAuthenticator.SecretPurpose, secret),
            CreatedAt = server.Clock.GetUtcNow(),
        });
        await db.SaveChangesAsync();
        return new(app.ClientId, secret, app.Id);
    }

    /// <summary>Every flow of this issue, refresh included.</summary>
    public static AppSettings StandardApp { get; } = new()
    {
        Flows = [LoginChannel.PasswordGrant, LoginChannel.ClientCredentials, LoginChannel.RefreshToken],
        Scopes = ["api", "openid", "profile", "email", "offline_access"],
    };

    public static AppSettings SalesforceApp { get; } = new()
    {
        Dialect = Dialect.Salesforce,
        Flows = [LoginChannel.PasswordGrant, LoginChannel.ClientCredentials, LoginChannel.RefreshToken],
        Scopes = ["api", "openid", "refresh_token"],
    };

    /// <summary>One trusted network more.</summary>
    public async Task TrustAsync(string name, string range)
    {
        await using var db = server.Database.NewContext();
        db.Add(new TrustedNetwork { OrgId = Id, Name = name, Range = range });
        await db.SaveChangesAsync();
    }

    public async Task<string> NameAsync()
    {
        await using var db = server.Database.NewContext();
        return (await db.Organizations.FindAsync(Id))!.Name;
    }

    /// <summary>Saves a change of the organization as an administrator would.</summary>
    public async Task ChangeAsync(Action<Organization> change)
    {
        await using var db = server.Database.NewContext();
        change((await db.Organizations.FindAsync(Id))!);
        await db.SaveChangesAsync();
    }
}

public sealed record TestApp(string ClientId, string Secret, string Id);
