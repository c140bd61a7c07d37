using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Administration.Policies;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Server;

/// <summary>
/// The way in for the day on which a policy keeps every administrator out. Only the operator at the machine itself has it: it is behind no
/// door. What it makes is temporary, written down, and told to all administrators.
/// </summary>
public sealed class Rescue(Database database, MailedLinks links, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    /// <summary>How long the printed link works.</summary>
    public static readonly TimeSpan LinkTime = TimeSpan.FromMinutes(15);

    /// <summary>How long a temporary administrator stays active.</summary>
    public static readonly TimeSpan AccountTime = TimeSpan.FromHours(24);

    const string UserPrefix = "rescue-";
    const string ProfilePrefix = "Rescue ";

    /// <summary>Nothing that could keep the operator out, and nothing more than a person at a page needs. The password alone is not enough.</summary>
    static readonly ProfileSettings Settings = new()
    {
        Doors = [LoginChannel.Browser],
        Sso = SsoMode.Off,
        SecondFactor = new() { Browser = BrowserSecondFactor.Always, EnrolmentForced = true, Kinds = [Proof.Totp, Proof.Passkey, Proof.RecoveryCode] },
        Password = new() { MinLength = 12, ExpiresAfterDays = 0 },
        Session = new() { IdleMinutes = 30, LifetimeMinutes = 240 },
        Permissions = new() { Administrator = true, ApiEnabled = false, MayResetOwnToken = false },
    };

    /// <summary>Makes a temporary administrator with a profile of its own, and opens the organization.</summary>
    /// <param name="organization">Its name.</param>
    /// <param name="operatorName">Who is at the machine.</param>
    /// <param name="email">Where mails about the account go.</param>
    public async Task<RescueOutcome> MakeAdministratorAsync(string organization, string operatorName, string email)
    {
        var now = clock.GetUtcNow();
        await using var db = Begin(operatorName, now);
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await db.Organizations.SingleOrDefaultAsync(row => row.Name == organization) is not { } org)
            return new RescueOutcome.NoSuchOrganization(await db.Organizations.OrderBy(row => row.Name).Select(row => row.Name).Take(20).ToListAsync());
        var stamp = $"{now.UtcDateTime:yyyyMMdd-HHmmss}-{RandomId.New(3).ToLowerInvariant().Replace('_', '0').Replace('-', '0')}";
        var profile = new Profile { Id = RecordId.NewProfile(), OrgId = org.Id, Name = ProfilePrefix + stamp, Version = 1 };
        var user = new User
        {
            Id = RecordId.NewRescueUser(),
            OrgId = org.Id,
            ProfileId = profile.Id,
            Username = UserPrefix + stamp, // without a domain, so that no identity provider is asked about it
            NormalizedUsername = Usernames.Normalize(UserPrefix + stamp)!,
            Email = email,
            LastName = "Rescue",
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Add(profile);
        db.Add(new ProfileVersion { ProfileId = profile.Id, Version = 1, SavedAt = now, SavedBy = $"rescue by {operatorName}", Settings = SettingsJson.Write(Settings) });
        db.Add(user);
        await db.SaveChangesAsync();
        return await FinishAsync(db, org, user, now, Opened(org), $"The account is made inactive after {AccountTime.TotalHours:0} hours.");
    }

    /// <summary>Lets an administrator who is there already choose a new password, unlocked and active.</summary>
    public async Task<RescueOutcome> LetInAsync(string organization, string operatorName, string username)
    {
        var now = clock.GetUtcNow();
        await using var db = Begin(operatorName, now);
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await db.Organizations.SingleOrDefaultAsync(row => row.Name == organization) is not { } org)
            return new RescueOutcome.NoSuchOrganization(await db.Organizations.OrderBy(row => row.Name).Select(row => row.Name).Take(20).ToListAsync());
        var name = Usernames.Normalize(username);
        if (name is null || await db.Users.SingleOrDefaultAsync(row => row.OrgId == org.Id && row.NormalizedUsername == name) is not { } user)
            return new RescueOutcome.NoSuchUser();
        var settings = await SettingsOfAsync(db, org.Id);
        var own = settings[user.ProfileId];
        if (!own.Permissions.Administrator)
            return new RescueOutcome.NoAdministrator();
        var hasProvider = await db.IdentityProviders.AnyAsync(provider => provider.OrgId == org.Id && provider.IsActive);
        var facts = FactsMapping.ProfileFacts(org, await db.Profiles.AsNoTracking().SingleAsync(row => row.Id == user.ProfileId), own, hasProvider);
        if (!MailedLinks.HasUseForPassword(facts, user) || !facts.Doors.Contains(LoginChannel.Browser) || facts.ApiOnly)
            return new RescueOutcome.NoUseForPassword();
        (user.Status, user.TrustedFailures, user.TrustedLastFailureAt, user.UntrustedFailures, user.UntrustedLastFailureAt) = (UserStatus.Active, 0, null, 0, null);
        string?[] notes =
        [
            Opened(org),
            own.LoginRanges.Count > 0 ? $"The profile lets them in from {string.Join(", ", own.LoginRanges)} only." : null,
            own.LoginHours is { } hours && !facts.Hours.Contains(now) ? $"The profile's login hours are shut now ({hours.TimeZone})." : null,
            own.LoginRanges.Count > 0 || own.LoginHours is not null ? "If that keeps them out, run rescue without --user: such an account has no ranges and no hours." : null,
        ];
        return await FinishAsync(db, org, user, now, notes);
    }

    /// <summary>Makes temporary administrators inactive whose time is over.</summary>
    public async Task EndAsync(CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        db.Actor = AuditActor.Server("rescue.end", now);
        var made = now - AccountTime;
        // Known by their ids, because names, profiles and marks are what the account itself, or another, may have changed meanwhile.
        var over = await db.Users.Where(user => user.Id.StartsWith(RecordId.RescueUser) && user.Status != UserStatus.Inactive && user.CreatedAt <= made).ToListAsync(cancellation);
        // One database does not tell capitals apart here.
        foreach (var user in over.Where(user => user.Id.StartsWith(RecordId.RescueUser, StringComparison.Ordinal)))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            user.Status = UserStatus.Inactive;
            await db.SaveChangesAsync(cancellation);
            await EndedSessions.OfUserAsync(db, user.Id, now);
            await transaction.CommitAsync(cancellation);
        }
    }

    ServerDb Begin(string operatorName, DateTimeOffset now)
    {
        var db = database.NewContext();
        db.Actor = new(null, $"operator {operatorName}", AuditDoor.Cli, null, "rescue", now);
        return db;
    }

    static string? Opened(Organization org)
    {
        if (org.Status == OrgStatus.Open)
            return null;
        var note = $"The organization was {org.Status.ToString().ToLowerInvariant()}. It is open now, for everybody.";
        org.Status = OrgStatus.Open;
        return note;
    }

    async Task<RescueOutcome> FinishAsync(ServerDb db, Organization org, User user, DateTimeOffset now, params string?[] notes)
    {
        var until = now + LinkTime;
        var link = await links.MakeAsync(db, user, until);
        db.Audit(org.Id, "user", user.Id, user.Username, after: new { RescueLinkUntil = until });
        var administering = (await SettingsOfAsync(db, org.Id)).Where(profile => profile.Value.Permissions.Administrator).Select(profile => profile.Key).ToList();
        // Frozen ones too: they are whom it is about when all are.
        foreach (var administrator in await db.Users.AsNoTracking().Where(row => row.OrgId == org.Id && row.Status != UserStatus.Inactive && administering.Contains(row.ProfileId)).ToListAsync())
            outbox.Add(db, RescueEmail.Compose(administrator, user, server, db.Actor!.Name, now));
        var trials = await Trials.Pending(db, org.Id).AsNoTracking().ToListAsync();
        await db.SaveChangesAsync();
        await db.Database.CommitTransactionAsync();
        outbox.Wake();
        return new RescueOutcome.Opened(user.Username, link, until, [.. notes.OfType<string>(), .. trials.Select(OnTrial)]);
    }

    /// <summary>It may be what keeps everybody out. It is left alone: a rescue changes no policy, and it reverts by itself.</summary>
    static string OnTrial(TrialChange trial) =>
        $"A change ({trial.Kind}) by {trial.SavedBy} is on trial and reverts at {trial.RevertsAt:yyyy-MM-dd HH:mm:ss} UTC by itself; at once by: oauthserver trials revert {trial.Id}";

    static async Task<Dictionary<string, ProfileSettings>> SettingsOfAsync(ServerDb db, string orgId) =>
        (await db.Profiles.AsNoTracking().Where(profile => profile.OrgId == orgId)
            .Join(db.ProfileVersions, p => new { p.Id, p.Version }, v => new { Id = v.ProfileId, v.Version }, (p, v) => new { p.Id, v.Settings }).ToListAsync())
        .ToDictionary(row => row.Id, row => SettingsJson.Read<ProfileSettings>(row.Settings), StringComparer.Ordinal);
}
