using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Integrations;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Administration.People;

/// <summary>A step that stops something.</summary>
public enum UserStep
{
    /// <summary>Nobody comes in for now.</summary>
    Freeze,

    /// <summary>Nobody comes in any more.</summary>
    Deactivate,

    /// <summary>The password dies when a new one is chosen, or is refused to programs until then.</summary>
    ResetPassword,

    /// <summary>The security token dies.</summary>
    ResetToken,

    /// <summary>Second factors are gone.</summary>
    RemoveFactors,

    /// <summary>Browsers are signed out; nothing else ends.</summary>
    EndSessions,
}

/// <summary>Which step to look ahead of.</summary>
public sealed record UserStepAhead(string User, UserStep Step);

/// <summary>An integration that logged in as the user, in a way that the step stops.</summary>
/// <param name="ClientId">The app; null = none was named.</param>
/// <param name="AppName">What administrators call it.</param>
/// <param name="Channel">By which door.</param>
/// <param name="Address">Where from.</param>
/// <param name="Client">What it called itself.</param>
/// <param name="Logins">How often it was let in, in the last 90 days.</param>
/// <param name="FirstAt">The first of these.</param>
/// <param name="LastAt">The last.</param>
/// <param name="NextExpectedAt">When it is due again, by its rhythm; null = it has none, or has fallen silent.</param>
/// <param name="Owner">Who answers for it, where somebody was named.</param>
/// <param name="IntegrationId">Where it stands in the inventory; null = not found there.</param>
public sealed record StoppedIntegration(
    string? ClientId, string? AppName, LoginChannel Channel, string? Address, string? Client, int Logins, DateTimeOffset FirstAt, DateTimeOffset LastAt,
    DateTimeOffset? NextExpectedAt, string? Owner, string? IntegrationId = null);

/// <summary>What a step would stop.</summary>
/// <param name="Step">Which.</param>
/// <param name="Integrations">Those that used what ends, the latest first; at most 200.</param>
/// <param name="RunsAs">Apps that act as the user by themselves and stop too.</param>
/// <param name="Sessions">Browsers that are signed out.</param>
/// <param name="Grants">What apps were granted that ends, or sleeps while the account is frozen.</param>
/// <param name="Browsers">The browsers that are signed out, the last seen first; at most <see cref="NamedFew.Most"/>.</param>
/// <param name="Apps">The client ids of the apps whose grants end or sleep.</param>
public sealed record UserImpact(
    UserStep Step, IReadOnlyList<StoppedIntegration> Integrations, IReadOnlyList<RunsAsSight> RunsAs, int Sessions, int Grants,
    IReadOnlyList<SessionSight> Browsers, NamedFew Apps);

/// <summary>Looks ahead of a step, by the login records of the last 90 days. It changes nothing.</summary>
public sealed class UserImpacts(Database database, OrgDirectory orgs, IntegrationDesk desk)
{
    public const int Days = 90;
    public const int Most = 200;

    /// <summary>Three logins make a rhythm.</summary>
    const int Rhythm = 3;

    public async Task<AdminAnswer<UserImpact>> ReadAsync(AdminCall call, UserStepAhead input)
    {
        await using var db = database.NewContext();
        if (await UserSights.FindAsync(db, call, input.User) is not { } user)
            return new AdminRefusal.NotFound("user");
        var profile = await orgs.ProfileAsync(user.ProfileId);
        var closes = input.Step is UserStep.Freeze or UserStep.Deactivate;
        var (sessions, grants) = (Sessions(db, user, profile, input.Step, call), Grants(db, user, input.Step, call));
        return new UserImpact(
            input.Step,
            await IntegrationsAsync(db, call, user, input.Step),
            closes ? await UserSights.RunsAsAsync(db, call, user) : [],
            await sessions.CountAsync(call.Cancellation),
            await grants.CountAsync(call.Cancellation),
            await sessions.OrderByDescending(s => s.LastSeenAt).Take(NamedFew.Most).Select(s => new SessionSight(s.SourceAddress, s.UserAgent, s.AuthenticatedAt, s.LastSeenAt)).ToListAsync(call.Cancellation),
            await NamedFew.OfAsync(db.ConnectedApps.Where(app => grants.Any(grant => grant.AppId == app.Id)).Select(app => app.ClientId), call.Cancellation));
    }

    internal async Task<IReadOnlyList<StoppedIntegration>> IntegrationsAsync(ServerDb db, AdminCall call, User user, UserStep step)
    {
        var since = call.At.AddDays(-Days);
        var records = db.LoginRecords.AsNoTracking().Where(r => r.UserId == user.Id && r.At >= since && r.Decision == "allow" && r.Channel != LoginChannel.Browser);
        records = step switch
        {
            UserStep.Freeze or UserStep.Deactivate => records,
            UserStep.ResetPassword => records.Where(r => (r.Presented & Proof.Password) != Proof.None),
            UserStep.ResetToken => records.Where(r => r.TokenUsed),
            UserStep.RemoveFactors => records.Where(r => (r.Proven & (Proof.Totp | Proof.Passkey | Proof.RecoveryCode)) != Proof.None),
            UserStep.EndSessions => records.Where(_ => false), // no program has a browser session
        };
        var uses = await records.GroupBy(r => new { r.ClientId, r.Channel, r.SourceAddress, r.UserAgent })
            .Select(group => new { group.Key, Count = group.Count(), First = group.Min(r => r.At), Last = group.Max(r => r.At) })
            .OrderByDescending(use => use.Last).Take(Most).ToListAsync(call.Cancellation);
        var clients = uses.Select(use => use.Key.ClientId).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var names = await db.ConnectedApps.AsNoTracking().Where(app => app.OrgId == user.OrgId && clients.Contains(app.ClientId))
            .ToDictionaryAsync(app => app.ClientId, app => app.Name, StringComparer.Ordinal, call.Cancellation);
        var known = await desk.OfUserAsync(db, user.OrgId, user.Id, call.Cancellation);
        return
        [
            .. uses.Select(use =>
            {
                // The desk knows an integration by its app and the program's name without its version.
                var integration = known.FirstOrDefault(i => i.ClientId == (use.Key.ClientId ?? "") && (use.Key.UserAgent ?? "").StartsWith(i.Client, StringComparison.OrdinalIgnoreCase));
                return new StoppedIntegration(
                    use.Key.ClientId, use.Key.ClientId is { } client ? names.GetValueOrDefault(client) : null, use.Key.Channel, use.Key.SourceAddress, use.Key.UserAgent,
                    use.Count, use.First, use.Last, integration?.NextExpectedAt ?? NextAfter(use.First, use.Last, use.Count, call.At), integration?.Owner, integration?.Id);
            }),
        ];
    }

    /// <summary>The mean interval after the last one. What is two of them late has fallen silent.</summary>
    internal static DateTimeOffset? NextAfter(DateTimeOffset first, DateTimeOffset last, int count, DateTimeOffset now)
    {
        if (count < Rhythm)
            return null;
        var interval = (last - first) / (count - 1);
        return interval > TimeSpan.Zero && last + interval * 3 > now ? last + interval : null;
    }

    /// <summary>The browser sessions that end.</summary>
    static IQueryable<BrowserSession> Sessions(ServerDb db, User user, ProfileFacts profile, UserStep step, AdminCall call)
    {
        var (started, seen) = (call.At - profile.SessionLifetime, call.At - profile.SessionIdleTimeout);
        var live = db.BrowserSessions.AsNoTracking().Where(s => s.UserId == user.Id && s.EndedAt == null && s.StartedAt > started && s.LastSeenAt > seen);
        return step switch
        {
            UserStep.ResetToken => live.Where(_ => false),
            UserStep.RemoveFactors => live.Where(s => (s.Proven & Proof.Passkey) != Proof.None),
            _ => live,
        };
    }

    /// <summary>The grants that end or sleep.</summary>
    static IQueryable<Grant> Grants(ServerDb db, User user, UserStep step, AdminCall call)
    {
        var now = call.At;
        var live = db.Grants.AsNoTracking().Where(g => g.UserId == user.Id && g.RevokedAt == null
            && (g.RefreshGeneration == null ? g.Channel == LoginChannel.ClientCredentials : g.RefreshExpiresAt > now && g.RefreshIdleExpiresAt > now));
        return step switch
        {
            UserStep.ResetToken or UserStep.EndSessions => live.Where(_ => false),
            UserStep.RemoveFactors => live.Where(g => (g.Proven & Proof.Passkey) != Proof.None),
            UserStep.ResetPassword => live.Where(g => (g.Proven & Proof.Password) != Proof.None),
            _ => live,
        };
    }
}
