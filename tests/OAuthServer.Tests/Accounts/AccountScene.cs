using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Features.SelfService;
using OAuthServer.Http;
using OAuthServer.Policy;
using OAuthServer.Policy.Passwords;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Accounts;

/// <summary>One organization with an app and two users, Ada and Bob, and everything in Accounts around them. Hashes are cheap.</summary>
public sealed class AccountScene : IAsyncDisposable
{
    public const string OldPassword = "tamarind kettle 41";
    public const string NewPassword = "velvet anchor 92";
    readonly Scratch scratch;
    readonly WriteQueue writes;

    AccountScene(Scratch scratch, PasswordHashingOptions hashing)
    {
        this.scratch = scratch;
        Hashing = new(hashing);
        Outbox = new(scratch.Key, Clock);
        Tokens = new(scratch.Database, scratch.Key, Outbox, Server, Clock);
        Passwords = new(scratch.Database, Hashing, new(Hashing, Clock), Tokens, Outbox, Server, Clock);
        Authenticators = new(scratch.Database, Passwords, scratch.Key, Outbox, Server, Clock);
        writes = new(scratch.Database, new(scratch.Database), NullLogger<WriteQueue>.Instance);
        writes.Start();
        CurrentPassword = new(new(scratch.Database, writes, Clock));
    }

    public static PublicUrl Server { get; } = new("https://login.acme.example");

    public Database Database => scratch.Database;

    public MasterKey Key => scratch.Key;

    public ManualClock Clock { get; } = new();

    public PasswordHashing Hashing { get; }

    public Outbox Outbox { get; }

    public SecurityTokens Tokens { get; }

    public Passwords Passwords { get; }

    public Authenticators Authenticators { get; }

    /// <summary>Counts wrong guesses with the failed logins.</summary>
    public CurrentPassword CurrentPassword { get; }

    public string Ada { get; } = RecordId.NewUser();

    public string Bob { get; } = RecordId.NewUser();

    public Organization Org { get; } = new() { Id = RecordId.NewOrganization(), Name = "Acme" };

    /// <summary>The standard profile; break one thing with <c>with</c>.</summary>
    public ProfileFacts Profile { get; } = new()
    {
        Id = RecordId.NewProfile(),
        Version = 1,
        Name = "Standard",
        Doors = Enum.GetValues<LoginChannel>().ToHashSet(),
        Password = PasswordPolicy.Default,
    };

    public static async Task<AccountScene> NewAsync(PasswordHashingOptions? hashing = null)
    {
        var scene = new AccountScene(await Scratch.NewAsync(), hashing ?? new PasswordHashingOptions { Rounds = 100 });
        await using var db = scene.Database.NewContext();
        db.Organizations.Add(scene.Org);
        db.Profiles.Add(new Profile { Id = scene.Profile.Id, OrgId = scene.Org.Id, Name = "Standard", Version = 1 });
        db.ConnectedApps.Add(new ConnectedApp { Id = "0H4000000000001", OrgId = scene.Org.Id, ClientId = "loader", Name = "Data Loader", Settings = "{}" });
        using var cheap = new PasswordHashing(new PasswordHashingOptions { Rounds = 100 });
        foreach (var (id, name) in new[] { (scene.Ada, "ada"), (scene.Bob, "bob") })
        {
            db.Users.Add(new User
            {
                Id = id,
                OrgId = scene.Org.Id,
                ProfileId = scene.Profile.Id,
                Username = name + "@acme.example",
                NormalizedUsername = name + "@acme.example",
                Email = name + "@mail.example",
                FirstName = char.ToUpperInvariant(name[0]) + name[1..],
                PasswordHash = await cheap.HashAsync(OldPassword),
                PasswordChangedAt = scene.Clock.GetUtcNow().AddDays(-40),
            });
        }
        await db.SaveChangesAsync();
        return scene;
    }

    public async Task<User> UserAsync(string id)
    {
        await using var db = Database.NewContext();
        return await db.Users.AsNoTracking().SingleAsync(user => user.Id == id);
    }

    public async Task EditAsync(string id, Action<User> edit)
    {
        await using var db = Database.NewContext();
        edit(await db.Users.SingleAsync(user => user.Id == id));
        await db.SaveChangesAsync();
    }

    public async Task<List<T>> RowsAsync<T>(Func<ServerDb, IQueryable<T>> rows)
        where T : class
    {
        await using var db = Database.NewContext();
        return await rows(db).AsNoTracking().ToListAsync();
    }

    /// <summary>Every mail so far, the oldest first.</summary>
    public async Task<List<Mail>> MailsAsync()
    {
        await using var db = Database.NewContext();
        return [.. (await db.OutboxMessages.AsNoTracking().OrderBy(m => m.CreatedAt).ToListAsync()).Select(Outbox.Open)];
    }

    /// <summary>The token of the latest token mail to somebody, as its reader would take it: the line that holds nothing else.</summary>
    public async Task<string> MailedTokenAsync(string to = "ada@mail.example")
    {
        var mail = (await MailsAsync()).Last(m => m.To == to && m.Subject == "Your new security token");
        return Assert.Single(mail.Text.Split('\n'), line => line.Length == SecurityTokens.Length && line.All(char.IsAsciiLetterOrDigit));
    }

    public Task<TokenReset> ResetAsync(string userId, ProfileFacts profile, TokenResetBy by, int overlapDays) =>
        Tokens.ResetAsync(userId, profile, by, overlapDays, TestContext.Current.CancellationToken);

    /// <summary>Gives a user a token and returns its value.</summary>
    public async Task<string> IssueTokenAsync(string userId, string to = "ada@mail.example")
    {
        Assert.IsType<TokenReset.Sent>(await ResetAsync(userId, Profile, TokenResetBy.Owner, 0));
        var token = await MailedTokenAsync(to);
        Clock.Advance(TimeSpan.FromMinutes(1));
        return token;
    }

    /// <summary>The row of a token's value; null when there is none that works now.</summary>
    public async Task<SecurityToken?> WorkingAsync(string token)
    {
        var now = Clock.GetUtcNow();
        var hash = SecurityTokens.HashOf(Key, token);
        return (await RowsAsync(db => db.SecurityTokens)).SingleOrDefault(t => t.Hash == hash && (t.RetiresAt is null || t.RetiresAt > now));
    }

    public async ValueTask DisposeAsync()
    {
        await writes.DisposeAsync();
        Hashing.Dispose();
        await scratch.DisposeAsync();
    }
}
