using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Policy.Lockout;
using OAuthServer.Tokens;

namespace OAuthServer.Administration.People;

/// <summary>Gathers what administrators see of a user of their own organization. It changes nothing.</summary>
public sealed class UserSights(Database database, OrgDirectory orgs, SessionList sessions, UserGrants grants, LoginReferences references)
{
    const int MostSignIns = 10;

    /// <summary>The user of this name; null when the caller's organization has none, whoever else may have.</summary>
    internal static async Task<User?> FindAsync(ServerDb db, AdminCall call, string username)
    {
        var name = Usernames.Normalize(username) ?? "";
        return await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.OrgId == call.Org.Id && u.NormalizedUsername == name, call.Cancellation);
    }

    /// <summary>A name for exactly what an administrator can change of a user.</summary>
    internal static string VersionOf(User user) => ContentVersion.Of(Encoding.UTF8.GetBytes(SettingsJson.Write(new
    {
        user.Email,
        user.FirstName,
        user.LastName,
        user.Language,
        user.TimeZone,
        user.ProfileId,
        user.IsBreakGlass,
        user.Status,
    })));

    /// <summary>The whole sight, with the version to change it by.</summary>
    public async Task<AdminAnswer<UserSight>> ReadAsync(AdminCall call, string username)
    {
        await using var db = database.NewContext();
        if (await FindAsync(db, call, username) is not { } user)
            return new AdminRefusal.NotFound("user");
        var profile = await orgs.ProfileAsync(user.ProfileId);
        AdminAnswer<UserSight> answer = new UserSight
        {
            Username = user.Username,
            Email = user.Email,
            FirstName = user.FirstName,
            LastName = user.LastName,
            Language = user.Language,
            TimeZone = user.TimeZone,
            Profile = profile.Name,
            Administrator = profile.Administrator,
            Status = user.Status,
            BreakGlass = user.IsBreakGlass,
            Declared = user.IsDeclared,
            ProvisionedBy = user.ProvisionedBy is { } provider ? await db.IdentityProviders.Where(p => p.Id == provider).Select(p => p.Name).SingleOrDefaultAsync(call.Cancellation) : null,
            CreatedAt = user.CreatedAt,
            FirstSignInAt = user.FirstLoginAt,
            LastSignInAt = await db.LoginRecords.Where(r => r.UserId == user.Id && r.Decision == "allow").OrderByDescending(r => r.At)
                .Select(r => (DateTimeOffset?)r.At).FirstOrDefaultAsync(call.Cancellation),
            Password = new(user.PasswordHash is not null, user.PasswordChangedAt, user.MustChangePassword, MailedLinks.HasUseForPassword(profile, user)),
            Lockouts =
            [
                Lockout("trusted", new(user.TrustedFailures, user.TrustedLastFailureAt), profile.Lockout, call.At),
                Lockout("untrusted", new(user.UntrustedFailures, user.UntrustedLastFailureAt), profile.Lockout, call.At),
            ],
            Factors = await FactorsAsync(db, user, call.Cancellation),
            Token = Token(await SecurityTokenState.ReadAsync(db, user, profile, call.At, call.Cancellation), profile),
            Sessions =
            [
                .. (await sessions.LiveAsync(user.Id, profile, call.Cancellation)).Select(s => new SessionSight(s.SourceAddress, s.UserAgent, s.AuthenticatedAt, s.LastSeenAt)),
            ],
            Apps = [.. (await grants.ListAsync(user.Id, call.Cancellation)).Select(app => new AppSight(app.ClientId, app.Name, app.Scopes, app.Since, app.LastUsedAt))],
            SignIns = await SignInsAsync(db, user, call.Cancellation),
            Identities = await db.FederatedIdentities.AsNoTracking().Where(i => i.UserId == user.Id).OrderBy(i => i.Id)
                .Join(db.IdentityProviders, i => i.ProviderId, p => p.Id, (i, p) => new IdentitySight(p.Name, i.Subject, i.IsDeclared, i.CreatedAt, i.LastUsedAt))
                .ToListAsync(call.Cancellation),
            RunsAs = await RunsAsAsync(db, call, user),
            Integrations = await db.Integrations.CountAsync(i => i.OrgId == call.Org.Id && i.UserId == user.Id, call.Cancellation),
            Owns = await db.Integrations.CountAsync(i => i.OrgId == call.Org.Id && i.OwnerId == user.Id, call.Cancellation),
        };
        return answer.WithVersion(VersionOf(user));
    }

    /// <summary>The apps that act as the user by themselves.</summary>
    internal static async Task<IReadOnlyList<RunsAsSight>> RunsAsAsync(ServerDb db, AdminCall call, User user) =>
        await db.ConnectedApps.AsNoTracking().Where(a => a.RunAsUserId == user.Id && a.OrgId == call.Org.Id).OrderBy(a => a.Name)
            .Select(a => new RunsAsSight(a.ClientId, a.Name, a.IsActive)).ToListAsync(call.Cancellation);

    static LockoutSight Lockout(string origin, LockoutState state, LockoutPolicy policy, DateTimeOffset at)
    {
        var locked = state.IsLocked(policy, at);
        return new(origin, state.Failures, state.LastFailureAt, locked, locked ? state.LastFailureAt + policy.Period : null);
    }

    static async Task<FactorsSight> FactorsAsync(ServerDb db, User user, CancellationToken cancellation) => new(
        await db.Authenticators.Where(a => a.UserId == user.Id && a.ConfirmedAt != null).Select(a => a.ConfirmedAt).FirstOrDefaultAsync(cancellation),
        await db.RecoveryCodes.CountAsync(c => c.UserId == user.Id && c.UsedAt == null, cancellation),
        await db.Passkeys.AsNoTracking().Where(p => p.UserId == user.Id).OrderBy(p => p.CreatedAt).Select(p => new PasskeySight(p.Name, p.CreatedAt, p.LastUsedAt)).ToListAsync(cancellation));

    static TokenSight Token(SecurityTokenState state, ProfileFacts profile) => new(
        state.WhyNone?.ToString(), state.Current?.IssuedAt, state.Current?.WorksUntil, state.Current?.UseCount ?? 0, state.Current?.LastUsedAt,
        state.Old?.WorksUntil, state.OldUsesSinceReset, profile.SecurityTokenOverlapDays);

    async Task<IReadOnlyList<SignInSight>> SignInsAsync(ServerDb db, User user, CancellationToken cancellation)
    {
        var records = await db.LoginRecords.AsNoTracking().Where(r => r.UserId == user.Id).OrderByDescending(r => r.At).ThenByDescending(r => r.Id).Take(MostSignIns)
            .Select(r => new { r.Id, r.At, r.Channel, r.ClientId, r.SourceAddress, r.Decision, r.Reason }).ToListAsync(cancellation);
        return [.. records.Select(r => new SignInSight(references.Of(r.Id), r.At, r.Channel, r.ClientId, r.SourceAddress, r.Decision, r.Reason))];
    }
}
