using System.Net;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Policy.Lockout;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Tests.Support;

/// <summary>
/// A history as months of real logins would leave it: every channel, many policies and versions of them, people and programs that hold and
/// that do not. Each attempt is decided by the rules themselves and written as the gate writes it; only the callers are invented.
/// </summary>
public sealed class GeneratedHistory
{
    const int People = 120;
    const int Apps = 12;
    const int PerTransaction = 20_000;

    static readonly ProfileSettings[] Policies =
    [
        new(),
        new() { LoginRanges = ["127.0.10.0/24", "198.51.100.0/25"] },
        new() { LoginHours = new() { TimeZone = "Europe/Berlin", Monday = ["08:00-18:00"], Wednesday = ["08:00-18:00"], Thursday = ["22:00-06:00"] } },
        new() { SecondFactor = new() { Api = ApiSecondFactor.Totp, Browser = BrowserSecondFactor.Always } },
        new() { SecondFactor = new() { Api = ApiSecondFactor.Either, EnrolmentForced = true } },
        new() { SecurityToken = new() { OffTrustedNetworks = false } },
        new() { SecurityToken = new() { LifetimeDays = 30 }, Password = new() { ExpiresAfterDays = 30 } },
        new() { Lockout = new() { MaxInvalidAttempts = 3, Minutes = 60 } },
        new() { Sso = SsoMode.Required },
        new() { Sso = SsoMode.Offered, SecondFactor = new() { Kinds = [Proof.Totp, Proof.Passkey] } },
        new() { ApiOnly = true, Permissions = new() { ApiEnabled = false } },
        new() { Doors = [LoginChannel.Browser, LoginChannel.JwtBearer] },
    ];

    static readonly LoginChannel[] Channels = Enum.GetValues<LoginChannel>();
    static readonly CredentialFlaw[] Flaws = Enum.GetValues<CredentialFlaw>();

    readonly Random random;
    readonly Database database;
    readonly Organization org;
    readonly NetworkList networks;
    readonly List<ProfileFacts[]> profiles = [];
    readonly List<string> users = [];

    GeneratedHistory(Database database, Organization org, NetworkList networks, int seed) => (this.database, this.org, this.networks, random) = (database, org, networks, new(seed));

    /// <summary>The profiles of its people, each with several versions.</summary>
    public IReadOnlyList<string> ProfileNames { get; private set; } = [];

    /// <summary>Writes so many attempts, evenly over the days before now.</summary>
    public static async Task<GeneratedHistory> WriteAsync(Database database, string orgId, int attempts, DateTimeOffset now, int days = 28, int seed = 20261122)
    {
        await using var db = database.NewContext();
        var owner = await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == orgId);
        var trusted = await db.TrustedNetworks.AsNoTracking().Where(n => n.OrgId == orgId).ToListAsync();
        var history = new GeneratedHistory(database, owner, FactsMapping.OrgFacts(owner, trusted).TrustedNetworks, seed);
        await history.AddPeopleAsync(db, now);
        await history.AddAttemptsAsync(attempts, now.AddDays(-days), TimeSpan.FromDays(days));
        return history;
    }

    async Task AddPeopleAsync(ServerDb db, DateTimeOffset now)
    {
        var names = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var profile = new Profile { Id = RecordId.NewProfile(), OrgId = org.Id, Name = $"Generated {org.Id} {i}", Version = Policies.Length };
            db.Add(profile);
            var versions = Policies.Select((_, v) => (Number: v + 1, Settings: Policies[(v + i * 3) % Policies.Length])).ToList();
            db.AddRange(versions.Select(v => new ProfileVersion { ProfileId = profile.Id, Version = v.Number, SavedAt = now, SavedBy = "test", Settings = SettingsJson.Write(v.Settings) }));
            profiles.Add([.. versions.Select(v => FactsMapping.ProfileFacts(org, profile, v.Settings) with { Version = v.Number })]);
            names.Add(profile.Name);
        }
        ProfileNames = names;
        for (var i = 0; i < People; i++)
        {
            var id = RecordId.NewUser();
            var name = $"g{i}-{id.ToLowerInvariant()}@example.test";
            db.Add(new User
            {
                Id = id,
                OrgId = org.Id,
                ProfileId = profiles[i % 4][0].Id,
                Username = name,
                NormalizedUsername = name,
                Email = name,
                FirstName = "G",
                LastName = "U",
                CreatedAt = now,
                UpdatedAt = now,
            });
            users.Add(id);
        }
        await db.SaveChangesAsync();
    }

    async Task AddAttemptsAsync(int attempts, DateTimeOffset from, TimeSpan over)
    {
        await using var session = await database.OpenSessionAsync();
        var scope = new WriteScope(session, 0);
        for (var i = 0; i < attempts;)
        {
            await using var transaction = await session.Connection.BeginTransactionAsync();
            session.Transaction = transaction;
            for (var end = Math.Min(attempts, i + PerTransaction); i < end; i++)
                await LoginHistory.WriteAsync(scope, Attempt(Channels[i % Channels.Length], from + TimeSpan.FromMilliseconds(Math.Floor(over.TotalMilliseconds * i / attempts)), (double)i / attempts));
            await transaction.CommitAsync();
            session.Transaction = null;
        }
    }

    LoginEntry Attempt(LoginChannel channel, DateTimeOffset at, double through)
    {
        var isStranger = random.Next(30) == 0;
        var number = random.Next(People);
        // Policies were changed as time went by.
        var profile = isStranger ? Strangers.Profile : profiles[number % 4][Math.Min(Policies.Length - 1, (int)(through * Policies.Length))];
        var sso = profile.Sso != SsoMode.Off || random.Next(4) > 0 ? profile.Sso : SsoMode.Offered; // as the organization's default was
        var address = random.Next(20) switch
        {
            0 => null,
            1 => IPAddress.Parse($"2001:db8:0:{number % 9}::{random.Next(1, 99):x}"),
            < 9 => IPAddress.Parse($"127.0.10.{number % 200 + 1}"),
            < 13 => IPAddress.Parse($"198.51.100.{random.Next(256)}"),
            _ => IPAddress.Parse($"203.0.113.{number % 250}"),
        };
        var facts = new LoginFacts(
            channel, at, address, new(org.Id, Rarely(200) ? OrgStatus.Locked : OrgStatus.Open, !Rarely(30), !Rarely(30), networks),
            profile with { Sso = sso }, isStranger ? Strangers.User : UserOf(number, at), AppOf(channel), channel.HasBrowser() ? new(random.Next(3) > 0) : null, EvidenceOf(channel, isStranger));
        return new(
            facts, LoginPolicy.Decide(facts), new(new(address, "peer"), "curl/8.5.0", null, 0), facts.App?.ClientId ?? (channel.HasBrowser() ? null : "app-" + number % Apps),
            isStranger ? "hash" : null, Refusals.NeedsToken(facts), null, random.Next(300, 90_000));
    }

    UserFacts UserOf(int number, DateTimeOffset at) => new()
    {
        Id = users[number],
        Status = Rarely(60) ? UserStatus.Frozen : Rarely(80) ? UserStatus.Inactive : UserStatus.Active,
        Lockout = Rarely(12) ? new LockoutState(random.Next(12), at.AddMinutes(-random.Next(90))) : LockoutState.Clear,
        PasswordChangedAt = at.AddDays(-random.Next(120)),
        MustChangePassword = Rarely(90),
        Enrolled = (number % 5) switch { 0 => Proof.Totp, 1 => Proof.Passkey, 2 => Proof.Totp | Proof.Passkey, _ => Proof.None },
        IsFirstLogin = Rarely(100),
        IsBreakGlass = number == 0,
    };

    AppFacts? AppOf(LoginChannel channel) => channel is LoginChannel.Browser or LoginChannel.SoapLogin ? null : new(
        "app-" + random.Next(Apps), !Rarely(50), Rarely(40) ? new HashSet<LoginChannel>() : new HashSet<LoginChannel> { channel }, Rarely(10), random.Next(2) == 0, (IpRelaxation)random.Next(4));

    Evidence EvidenceOf(LoginChannel channel, bool isStranger)
    {
        var proof = channel switch
        {
            LoginChannel.PasswordGrant or LoginChannel.SoapLogin => Proof.Password | random.Next(3) switch { 0 => Proof.SecurityToken, 1 => Proof.Totp, _ => Proof.None },
            LoginChannel.JwtBearer => Proof.ClientAssertion,
            LoginChannel.SamlBearer or LoginChannel.TokenExchange => Proof.SsoAssertion,
            LoginChannel.ClientCredentials => random.Next(2) == 0 ? Proof.ClientSecret : Proof.ClientAssertion,
            LoginChannel.RefreshToken => Proof.RefreshToken,
            _ => random.Next(9) switch
            {
                0 => Proof.None,
                1 => Proof.Passkey,
                2 => Proof.Password | Proof.Totp,
                3 => Proof.Password | Proof.EmailCode,
                4 => Proof.SsoAssertion,
                5 => Proof.SsoAssertion | Proof.SsoSecondFactor,
                6 => Proof.Password | Proof.RecoveryCode,
                _ => Proof.Password,
            },
        };
        return isStranger ? new(proof, Proof.None, CredentialFlaw.UnknownUser)
            : Rarely(8) ? new(proof, Proof.None, Flaws[random.Next(1, Flaws.Length)])
            : Evidence.Of(proof);
    }

    bool Rarely(int oneIn) => random.Next(oneIn) == 0;
}
