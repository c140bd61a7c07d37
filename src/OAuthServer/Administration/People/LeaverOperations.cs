using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Integrations;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Administration.People;

/// <summary>Whose integrations to hand over, and to whom.</summary>
/// <param name="User">Who leaves.</param>
/// <param name="To">The account that takes over; of the same organization and active.</param>
public sealed record HandOverAhead(string User, string To);

/// <summary>The same, done.</summary>
/// <param name="User">Who leaves.</param>
/// <param name="To">The account that takes over.</param>
/// <param name="Deactivate">Deactivate the leaver in the same step; yes when not said.</param>
public sealed record HandOver(string User, string To, bool Deactivate = true);

/// <summary>An app that would act as another account.</summary>
/// <param name="ClientId">The app.</param>
/// <param name="Name">What administrators call it.</param>
/// <param name="Active">Switched on.</param>
/// <param name="Obstacles">Why it could not log in as the new account; none = nothing.</param>
public sealed record MovedApp(string ClientId, string Name, bool Active, IReadOnlyList<string> Obstacles);

/// <summary>What a leaver leaves.</summary>
/// <param name="User">Who leaves.</param>
/// <param name="To">Who takes over.</param>
/// <param name="Apps">Apps that act as the leaver, and would act as the other.</param>
/// <param name="Owned">How many integrations the leaver answers for, and the other would.</param>
/// <param name="Stops">Integrations that log in with what only the leaver has: they stop with the account, and must be changed first.</param>
public sealed record HandOverSight(string User, string To, IReadOnlyList<MovedApp> Apps, int Owned, IReadOnlyList<StoppedIntegration> Stops);

/// <summary>Looks ahead of what a step stops, and moves a leaver's integrations to another account.</summary>
public sealed class LeaverOperations(
    Database database, OrgDirectory orgs, IntegrationDesk desk, UserImpacts impacts, UserChanges changes, UserStatusOperations statuses) : IAdminOperations
{
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<UserStepAhead, UserImpact>(
            "users.impact", "/users/{user}/impact", "/setup/people/user", "Show what freezing, deactivating or resetting a user would stop.", impacts.ReadAsync),
        AdminOperation.Read<HandOverAhead, HandOverSight>(
            "users.hand-over-preview", "/users/{user}/hand-over", "/setup/people/hand-over", "Show what a leaver's hand-over would move.", PreviewAsync),
        AdminOperation.Change<HandOver, UserSight>(
            "users.hand-over", "POST", "/users/{user}/hand-over", "/setup/people/hand-over",
            "Let a leaver's apps act as another account, name it the owner of the leaver's integrations, and deactivate the leaver.", HandOverAsync).Versioned().Stops("users.hand-over-preview"),
    ];

    public async Task<AdminAnswer<HandOverSight>> PreviewAsync(AdminCall call, HandOverAhead input)
    {
        await using var db = database.NewContext();
        if (await UserSights.FindAsync(db, call, input.User) is not { } leaver)
            return new AdminRefusal.NotFound("user");
        var (taker, refusal) = await FindTakerAsync(db, call, leaver, input.To);
        if (taker is null)
            return refusal!;
        var apps = await db.ConnectedApps.AsNoTracking().Where(a => a.OrgId == call.Org.Id && a.RunAsUserId == leaver.Id).OrderBy(a => a.Name).ToListAsync(call.Cancellation);
        var profile = await orgs.ProfileAsync(taker.ProfileId);
        if (apps.Count > 0 && Raises(await orgs.ProfileAsync(leaver.ProfileId), profile))
            return ToAdministrator(taker);
        var stops = await impacts.IntegrationsAsync(db, call, leaver, UserStep.Deactivate);
        var moved = apps.ConvertAll(app => app.ClientId);
        return new HandOverSight(
            leaver.Username, taker.Username,
            [.. apps.Select(app => new MovedApp(app.ClientId, app.Name, app.IsActive, Obstacles(app, taker, profile)))],
            await db.Integrations.CountAsync(i => i.OrgId == call.Org.Id && i.OwnerId == leaver.Id, call.Cancellation),
            [.. stops.Where(stop => stop.Channel != LoginChannel.ClientCredentials || !moved.Contains(stop.ClientId ?? ""))]);
    }

    public Task<AdminAnswer<UserSight>> HandOverAsync(AdminCall call, HandOver input) => changes.RunAsync(call, input.User, async held =>
    {
        var (db, leaver) = (held.Db, held.User);
        var (taker, refusal) = await FindTakerAsync(db, call, leaver, input.To);
        if (taker is null)
            return refusal;
        var apps = await db.ConnectedApps.Where(a => a.OrgId == call.Org.Id && a.RunAsUserId == leaver.Id).ToListAsync(call.Cancellation);
        if (apps.Count > 0 && Raises(held.Profile, await orgs.ProfileAsync(taker.ProfileId)))
            return ToAdministrator(taker);
        var moved = await desk.HandOverAsync(db, call.Org.Id, leaver.Id, taker.Id, call.Cancellation);
        var ids = apps.ConvertAll(app => app.Id);
        // What they hold in the leaver's name must not outlive the leaver.
        await db.Grants.Where(g => g.UserId == leaver.Id && ids.Contains(g.AppId) && g.RevokedAt == null && g.Channel == LoginChannel.ClientCredentials)
            .ExecuteUpdateAsync(set => set.SetProperty(g => g.RevokedAt, held.At), call.Cancellation);
        db.Audit(
            call.Org.Id, "user", leaver.Id, leaver.Username,
            before: new { Apps = apps.ConvertAll(app => app.ClientId), OwnedIntegrations = moved.Owned }, after: new { HandedTo = taker.Username });
        return input.Deactivate ? await statuses.CloseAsync(call, held, UserStatus.Inactive) : null;
    });

    static async Task<(User? Taker, AdminRefusal? Refusal)> FindTakerAsync(ServerDb db, AdminCall call, User leaver, string username)
    {
        if (await UserSights.FindAsync(db, call, username) is not { } taker)
            return (null, new AdminRefusal.NotFound("user"));
        if (taker.Id == leaver.Id)
            return (null, new AdminRefusal.Invalid("to", "must be somebody else."));
        return taker.Status == UserStatus.Active ? (taker, null) : (null, new AdminRefusal.Invalid("to", "is not active, so that the apps could not log in."));
    }

    /// <summary>Apps that acted as somebody without these rights would administer from then on, with the secrets that lie wherever they do.</summary>
    static bool Raises(ProfileFacts leaver, ProfileFacts taker) => taker.Administrator && !leaver.Administrator;

    static AdminRefusal.Conflict ToAdministrator(User taker) => new(
        "to-administrator", "The apps would act as an administrator.",
        $"{taker.Username} administers the organization, and whoever holds one of these apps' secrets would too. Choose an account that does not, or let each app act as another first.");

    /// <summary>What the rules would say to the app's own login as this account, as far as it does not hang on time and place.</summary>
    static List<string> Obstacles(ConnectedApp app, User taker, ProfileFacts profile)
    {
        var obstacles = new List<string>();
        if (!profile.Doors.Contains(LoginChannel.ClientCredentials))
            obstacles.Add($"Profile {profile.Name} shuts the door clientCredentials.");
        if (!profile.ApiEnabled)
            obstacles.Add($"Profile {profile.Name} does not permit programs.");
        var approval = SettingsJson.Read<AppSettings>(app.Settings).Preapproval;
        if (approval.Required && !approval.Profiles.Contains(profile.Name, StringComparer.Ordinal)
            && !approval.Users.Any(name => Usernames.Normalize(name) == taker.NormalizedUsername))
            obstacles.Add($"The app is approved neither for {taker.Username} nor for profile {profile.Name}.");
        return obstacles;
    }
}
