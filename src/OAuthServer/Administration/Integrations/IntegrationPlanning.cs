using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Integrations;

/// <summary>Plans an integration's new way.</summary>
/// <param name="Integration">The integration.</param>
/// <param name="Target">Where it is to go; left out = where it should.</param>
/// <param name="Runs">So many logins of the new way prove it: 1 to 1,000.</param>
/// <param name="SilentHours">So many hours without the old way are silence, 1 to 2,160; left out = by its rhythm.</param>
/// <param name="Name">What the app is to be called, up to 80 characters; left out = a name is made.</param>
/// <param name="RedirectUri">Where a browser comes back to; only for the authorization code.</param>
/// <param name="Users">Usernames of others for whom the new app may act too, up to 200, none of them administrators; only for JWT and SAML bearer. Left out = for the integration's user alone.</param>
public sealed record PlanIntegration(
    string Integration, IntegrationTarget? Target = null, int Runs = 5, int? SilentHours = null, string? Name = null, string? RedirectUri = null,
    IReadOnlyList<string>? Users = null);

/// <summary>What was made. The secret and the private key are in this answer and nowhere else.</summary>
/// <param name="Sight">The integration, planned.</param>
/// <param name="ClientId">The new app; null where none was needed.</param>
/// <param name="ClientSecret">Its secret, once; null where it has none.</param>
/// <param name="PrivateKey">Its private key as PEM, once; null where it has none.</param>
/// <param name="Snippets">Settings to paste.</param>
/// <param name="Warnings">What still stands against the new way.</param>
/// <param name="Users">For whom the new app may act by assertion: whoever has its key can log in as each of them. Empty where it makes none.</param>
public sealed record PlannedIntegration(
    IntegrationSight Sight, string? ClientId, string? ClientSecret, string? PrivateKey, IReadOnlyList<Snippet> Snippets, IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Users)
{
    /// <summary>Without the secrets, which must not reach a log.</summary>
    public override string ToString() => $"{nameof(PlannedIntegration)} {ClientId}";
}

/// <summary>Makes the new way beside the old one: one app with its secret or key pair, shown once.</summary>
public sealed class IntegrationPlanning(
    Database database, IntegrationReading reading, AppDirectory apps, OrgDirectory orgs, ChangeWatch changes, MasterKey key, PublicUrl server)
{
    const string SecretName = "integration";
    const string LoopbackRedirect = "http://localhost:1717/OauthRedirect";

    /// <summary>Plans it, and makes the app.</summary>
    public async Task<AdminAnswer<PlannedIntegration>> PlanAsync(AdminCall call, PlanIntegration input)
    {
        if (FlawsOf(input) is { Count: > 0 } wrong)
            return new AdminRefusal.Invalid(wrong);
        // Before the transaction: making a key takes long, and holds nobody up here.
        var pair = input.Target is null or IntegrationTarget.JwtBearer ? NewKeyPair.Make() : null;
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        var (row, unseen) = await IntegrationRows.TakeSeenAsync(db, call, input.Integration);
        if (row is null)
            return unseen!;
        if (StandsAgainst(row) is { } refusal)
            return refusal;
        var sight = await reading.SightAsync(db, row, call.At, call.Cancellation);
        var target = input.Target ?? sight.Line.Target;
        if (target == IntegrationTarget.None)
            return new AdminRefusal.Invalid("target", "is nothing to plan: choose where the integration is to go.");
        var old = row.ClientId.Length > 0 && await apps.FindAsync(row.ClientId) is { } entry && entry.App.OrgId == call.Org.Id ? entry : null;
        var scopes = await ScopesAsync(db, row, old, call.Cancellation);
        var administering = (await orgs.CurrentAsync()).Rows.AdministratingProfilesOf(call.Org.Id);
        var users = await NewAppUsers.OfAsync(db, call, target, sight.Line.User, input.Users, administering);
        if (users.Flaws.Count > 0)
            return new AdminRefusal.Invalid(users.Flaws);
        var (clientId, secret) = ((string?)null, (string?)null);
        if (NewApp.ChannelOf(target) is not null)
        {
            var facts = new NewAppFacts(
                target, input.Name ?? Cut($"{sight.Line.User.Split('@')[0]}: {(row.Client.Length > 0 ? row.Client : row.Network)}"), sight.Line.User,
                users.All, old?.Settings, scopes,
                [input.RedirectUri ?? (old is { Settings.RedirectUris: [var first, ..] } ? first : LoopbackRedirect)]);
            clientId = NewApp.ClientIdFor(sight.Line.User);
            var (settings, flaws) = NewApp.Make(facts, clientId, target == IntegrationTarget.JwtBearer ? pair!.Jwks : null);
            if (flaws.Count > 0)
                return new AdminRefusal.Invalid(flaws);
            var app = new ConnectedApp
            {
                Id = RecordId.NewApp(),
                OrgId = call.Org.Id,
                ClientId = clientId,
                Name = facts.Name,
                RunAsUserId = target == IntegrationTarget.ClientCredentials ? row.UserId : null,
                Settings = SettingsJson.Write(settings),
                CreatedAt = call.At,
            };
            db.Add(app);
            if (NewApp.HasSecret(target))
            {
                secret = FirstPasswords.GenerateSecret();
                db.Add(new AppSecret { AppId = app.Id, Name = SecretName, Hash = key.KeyedHash(ClientAuthenticator.SecretPurpose, secret), CreatedAt = call.At });
            }
        }
        var before = new { row.Stage };
        row.Plan = SettingsJson.Write(IntegrationPlan.Of(row) with
        {
            Target = target,
            Runs = input.Runs,
            SilentHours = input.SilentHours,
            Scopes = scopes,
            PlannedBy = call.Actor.Name,
            PlannedAt = call.At,
            ClosedBy = null,
            EvenThough = null,
        });
        (row.Stage, row.StageChangedAt, row.NewClientId) = (IntegrationStage.Planned, call.At, clientId);
        var actsFor = target is IntegrationTarget.JwtBearer or IntegrationTarget.SamlBearer ? users.All : [];
        await IntegrationOperations.AuditAsync(db, row, before, new { row.Stage, target, app = clientId, input.Runs, scopes, users = actsFor });
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        var planned = await reading.SightAsync(db, row, call.At, call.Cancellation);
        return ((AdminAnswer<PlannedIntegration>)new PlannedIntegration(
            planned, clientId, secret, target == IntegrationTarget.JwtBearer ? pair!.PrivatePem : null,
            await SnippetsOfAsync(planned), await WarningsAsync(db, row, target, administering, call), actsFor)).WithVersion(IntegrationReading.VersionOf(row));
    }

    /// <summary>Settings to paste for an integration that is planned; none before.</summary>
    public async ValueTask<IReadOnlyList<Snippet>> SnippetsOfAsync(IntegrationSight sight) => sight is { NewClientId: { } clientId, Plan.Target: { } target }
        ? Snippets.Of(new(server.Value, target, clientId, sight.Line.User, await apps.FindAsync(clientId) is { Settings.RedirectUris: [var first, ..] } ? first : LoopbackRedirect))
        : [];

    static List<AdminFlaw> FlawsOf(PlanIntegration input)
    {
        var flaws = new List<AdminFlaw>();
        if (input.Runs is < 1 or > 1_000)
            flaws.Add(new("runs", "must be 1 to 1000."));
        if (input.SilentHours is < 1 or > 2_160)
            flaws.Add(new("silentHours", "must be 1 to 2160."));
        if (input.RedirectUri is not null && input.Target is not (null or IntegrationTarget.AuthorizationCode))
            flaws.Add(new("redirectUri", "is only for the authorization code; leave it out."));
        return flaws;
    }

    static AdminRefusal.Conflict? StandsAgainst(Integration row) => row.Stage switch
    {
        IntegrationStage.Found => null,
        IntegrationStage.Planned or IntegrationStage.Parallel or IntegrationStage.Proven when row.NewClientId is null => null,
        IntegrationStage.Modern => new AdminRefusal.Conflict("nothing-to-move", "It uses no password", "There is nothing to move: this integration already logs in without one."),
        IntegrationStage.Closed => new AdminRefusal.Conflict("closed", "Its old way is closed", "Reopen it before you plan anew."),
        _ => new AdminRefusal.Conflict(
            "already-planned", $"It has an app of its own already: {row.NewClientId}", "Its secret or key was shown once and is nowhere kept. If it is lost, add another secret or key to that app."),
    };

    /// <summary>What the old way was last given, without what belongs to people; what its app might have been given says nothing.</summary>
    static async Task<IReadOnlyList<string>> ScopesAsync(ServerDb db, Integration row, AppEntry? old, CancellationToken cancellation)
    {
        var granted = old is null ? null : await db.Grants.AsNoTracking().Where(g => g.UserId == row.UserId && g.AppId == old.App.Id)
            .OrderByDescending(g => g.AuthenticatedAt).Select(g => g.Scope).FirstOrDefaultAsync(cancellation);
        List<string> scopes = [.. (granted?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? []).Except(NewApp.OfPeople, StringComparer.Ordinal)];
        return scopes.Count == 0 ? ["api"] : scopes;
    }

    async Task<IReadOnlyList<string>> WarningsAsync(ServerDb db, Integration row, IntegrationTarget target, IReadOnlyCollection<string> administering, AdminCall call)
    {
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == row.UserId, call.Cancellation);
        var profile = await orgs.ProfileAsync(user.ProfileId);
        var warnings = new List<string>();
        if (NewApp.ChannelOf(target) is { } channel && !profile.Doors.Contains(channel))
            warnings.Add($"The profile \"{profile.Name}\" does not open the door {JsonShape.Word(channel)}: the new way will be refused until it does.");
        if (NewApp.ChannelOf(target) is not null && !profile.ApiEnabled)
            warnings.Add($"The profile \"{profile.Name}\" lacks the permission API enabled: the new way will be refused until it has it.");
        if (NewApp.ChannelOf(target) is not null && administering.Contains(user.ProfileId, StringComparer.Ordinal))
            warnings.Add($"{user.Username} is an administrator: whoever has the new app's secret or key acts as one. Give the integration a user of its own.");
        return warnings;
    }

    static string Cut(string name) => name.Length > 80 ? name[..80] : name;
}
