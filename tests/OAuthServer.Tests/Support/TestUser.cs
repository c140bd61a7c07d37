using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Tests.Support;

/// <summary>A user made for one test, who can be given a token or an authenticator as the product gives them.</summary>
public sealed class TestUser(TestServer server, User user, Profile profile, string password)
{
    byte[]? seed;

    public string Id => user.Id;

    public string Username => user.Username;

    public string ProfileId => profile.Id;

    public string ProfileName => profile.Name;

    public string Password { get; private set; } = password;

    /// <summary>Issues a security token and reads it from its mail.</summary>
    public async Task<string> ReceiveTokenAsync(int overlapDays = 0)
    {
        var before = Tokens().Count;
        await server.Services.GetRequiredService<ChangeWatch>().RefreshAsync();
        var facts = (await server.Services.GetRequiredService<OrgDirectory>().CurrentAsync()).Rows.Profiles[profile.Id];
        var reset = await server.Services.GetRequiredService<SecurityTokens>().ResetAsync(Id, facts, TokenResetBy.Administrator, overlapDays);
        Assert.IsType<TokenReset.Sent>(reset);
        for (var i = 0; i < 200 && Tokens().Count == before; i++)
            await Task.Delay(50);
        return Tokens()[^1];
    }

    /// <summary>Every security token that was ever mailed to this user, oldest first.</summary>
    public IReadOnlyList<string> Tokens() => !Directory.Exists(server.MailFolder) ? [] :
    [
        .. Directory.GetFiles(server.MailFolder, $"*{user.Email}*.eml").OrderBy(File.GetLastWriteTimeUtc)
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), "^[A-Za-z0-9]{24}\r?$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Select(m => m.Value.Trim()).Distinct()),
    ];

    /// <summary>Enrols an authenticator app by the product's own means.</summary>
    public async Task EnrolAsync()
    {
        seed = Totp.NewSeed();
        await using var db = server.Database.NewContext();
        db.Add(new Authenticator
        {
            UserId = Id,
            Seed = server.Services.GetRequiredService<MasterKey>().Protect("totp-seed", seed),
            CreatedAt = server.Clock.GetUtcNow(),
            ConfirmedAt = server.Clock.GetUtcNow(),
        });
        await db.SaveChangesAsync();
    }

    /// <summary>The code of this moment.</summary>
    public string Code() => CodeAt(server.Clock.GetUtcNow());

    /// <summary>The code of another moment.</summary>
    public string CodeAt(DateTimeOffset at) => Totp.Code(seed!, Totp.StepAt(at));

    /// <summary>Logs in through the password grant.</summary>
    public Task<Answer> LoginAsync(TestApp app, string from, string appended = "", string? password = null) => LoginAsync(server, app, from, appended, password);

    /// <summary>Logs in at one node of several.</summary>
    public Task<Answer> LoginAsync(TestServer node, TestApp app, string from, string appended = "", string? password = null) => node.TokenAsync(
        from, ("grant_type", "password"), ("username", Username), ("password", (password ?? Password) + appended), ("client_id", app.ClientId), ("client_secret", app.Secret));

    /// <summary>The row as it is now.</summary>
    public async Task<User> RowAsync()
    {
        await using var db = server.Database.NewContext();
        return await db.Users.AsNoTracking().SingleAsync(u => u.Id == Id);
    }

    /// <summary>Saves a change as an administrator would.</summary>
    public async Task ChangeAsync(Action<User> change)
    {
        await using var db = server.Database.NewContext();
        change((await db.Users.FindAsync(Id))!);
        await db.SaveChangesAsync();
    }

    /// <summary>From now on this is the password.</summary>
    public void Remember(string newPassword) => Password = newPassword;
}
