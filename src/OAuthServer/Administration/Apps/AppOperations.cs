using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Integrations;
using OAuthServer.Administration.Policies;
using OAuthServer.Apps;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Apps;

/// <summary>Connected apps: which there are, what they may do, who uses them; making, changing and removing them.</summary>
public sealed class AppOperations(Database database, ChangeWatch changes, PolicyTestRuns tests) : IAdminOperations
{
    const string ListPage = "/setup/apps";
    const string Page = "/setup/apps/app";

    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListApps, AdminPage<AppLine>>("apps.list", "/apps", ListPage, "List connected apps, with their last use.", ListAsync),
        AdminOperation.Read<AppName, AppSight>("apps.get", "/apps/{app}", Page, "Show an app: its settings as a file says them, its secrets without their values, who uses it.", GetAsync),
        AdminOperation.Read<AppName, AppImpact>("apps.impact", "/apps/{app}/impact", Page, "Say what stops when an app is switched off or removed.", ImpactAsync),
        AdminOperation.Change<CreateApp, AppSight>("apps.create", "POST", "/apps", ListPage, "Make an app.", CreateAsync),
        AdminOperation.Change<SaveApp, AppSight>("apps.save", "PUT", "/apps/{app}", Page, "Replace an app's settings.", SaveAsync).Versioned(),
        AdminOperation.Change<AppName, AppSight>("apps.activate", "POST", "/apps/{app}/activate", Page, "Switch an app on.", (call, input) => SwitchAsync(call, input, on: true)).Versioned(),
        AdminOperation.Change<AppName, AppSight>("apps.deactivate", "POST", "/apps/{app}/deactivate", Page, "Switch an app off: it logs nobody in any more, and refreshes nothing.", (call, input) => SwitchAsync(call, input, on: false)).Versioned().Stops("apps.impact"),
        AdminOperation.Change<AppName, Nothing>("apps.delete", "DELETE", "/apps/{app}", Page, "Remove an app with its secrets and all its tokens.", DeleteAsync).Versioned().Stops("apps.impact"),
    ];

    public async Task<AdminAnswer<AdminPage<AppLine>>> ListAsync(AdminCall call, ListApps input)
    {
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        await using var db = database.NewContext();
        var query = db.ConnectedApps.AsNoTracking().Where(app => app.OrgId == call.Org.Id);
#pragma warning disable CA1304, CA1309, CA1311, CA1862, MA0011 // the database compares, and orders the same way
        if (input.After is { } after)
            query = query.Where(app => string.Compare(app.ClientId, after) > 0);
        if (input.Search is { Length: > 0 } search)
        {
            var text = search.ToLowerInvariant();
            query = query.Where(app => app.ClientId.ToLower().Contains(text) || app.Name.ToLower().Contains(text));
        }
#pragma warning restore CA1304, CA1309, CA1311, CA1862, MA0011
        var rows = await query.OrderBy(app => app.ClientId).Take(Paging.Size(input.Limit) + 1)
            .Select(app => new
            {
                App = app,
                Secrets = db.AppSecrets.Count(secret => secret.AppId == app.Id),
                Proven = db.AppSecrets.Where(secret => secret.AppId == app.Id).Max(secret => secret.LastUsedAt),
                Last = db.LoginRecords.Where(record => record.OrgId == app.OrgId && record.ClientId == app.ClientId).Max(record => (long?)record.Id),
            }).ToListAsync(call.Cancellation);
        var (shown, next) = Paging.Cut(rows, input.Limit, row => row.App.ClientId);
        var ids = shown.Select(row => row.Last).OfType<long>().ToList();
        var records = await db.LoginRecords.AsNoTracking().Where(record => ids.Contains(record.Id)).Select(record => new { record.Id, record.At, record.UserId })
            .ToDictionaryAsync(record => record.Id, call.Cancellation);
        var userIds = records.Values.Select(record => record.UserId).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var users = await db.Users.Where(user => user.OrgId == call.Org.Id && userIds.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.Username, StringComparer.Ordinal, call.Cancellation);
        return new AdminPage<AppLine>(
            [.. shown.Select(row =>
            {
                var (settings, last) = (SettingsJson.Read<AppSettings>(row.App.Settings), row.Last is { } id ? records.GetValueOrDefault(id) : null);
                return new AppLine(
                    row.App.ClientId, row.App.Name, row.App.IsActive, settings.IsPublic, settings.Flows, row.Secrets,
                    AppRows.Later(last?.At, row.Proven), last?.UserId is { } user ? users.GetValueOrDefault(user) : null);
            })],
            next);
    }

    public async Task<AdminAnswer<AppSight>> GetAsync(AdminCall call, AppName input)
    {
        await using var db = database.NewContext();
        return await AppRows.Of(db, call, input.App).AsNoTracking().SingleOrDefaultAsync(call.Cancellation) is { } app
            ? await AnswerAsync(db, call, app)
            : new AdminRefusal.NotFound("app");
    }

    public async Task<AdminAnswer<AppImpact>> ImpactAsync(AdminCall call, AppName input)
    {
        await using var db = database.NewContext();
        if (await AppRows.Of(db, call, input.App).AsNoTracking().SingleOrDefaultAsync(call.Cancellation) is not { } app)
            return new AdminRefusal.NotFound("app");
        var programs = await NamedIntegrations.OfAsync(db, db.Integrations.Where(row => row.OrgId == call.Org.Id && row.ClientId == app.ClientId), call.Cancellation);
        return new AppImpact(
            await AppRows.UseAsync(db, call, app),
            await db.Consents.CountAsync(consent => consent.AppId == app.Id, call.Cancellation),
            await AppRows.SecretsAsync(db, call, app),
            programs.First.Count + programs.More,
            await NamedFew.OfAsync(AppRows.UsersOf(db, call, app), call.Cancellation),
            programs);
    }

    public async Task<AdminAnswer<AppSight>> CreateAsync(AdminCall call, CreateApp input)
    {
        var errors = new List<ConfigError>();
        var report = Flaws.Report(errors);
        var read = AppDocument.Read(input.Settings, clientId: null, report);
        await using var db = call.Begin(database);
        if (read?.File.ClientId is { } clientId && await db.ConnectedApps.AnyAsync(other => other.ClientId == clientId, call.Cancellation))
            report.Add("clientId", $"\"{clientId}\" is taken on this server; choose another.");
        var runAs = read is { } whom ? await AppReferences.CheckAsync(db, call, whom.File, whom.Settings, report) : null;
        if (read is not var (file, settings) || errors.Count > 0)
            return Flaws.Of(errors, "settings");
        var app = new ConnectedApp
        {
            Id = RecordId.NewApp(),
            OrgId = call.Org.Id,
            ClientId = file.ClientId,
            Name = file.Name,
            IsActive = file.Active ?? true,
            RunAsUserId = runAs,
            Settings = SettingsJson.Write(settings),
            CreatedAt = call.At,
        };
        db.Add(app);
        try
        {
            await db.SaveChangesAsync(call.Cancellation);
        }
        catch (DbUpdateException) when (db.ConnectedApps.AsNoTracking().Any(other => other.ClientId == app.ClientId && other.Id != app.Id))
        {
            return new AdminRefusal.Invalid("settings.clientId", $"\"{app.ClientId}\" is taken on this server; choose another.");
        }
        await changes.RefreshAsync();
        return await AnswerAsync(db, call, app);
    }

    public async Task<AdminAnswer<AppSight>> SaveAsync(AdminCall call, SaveApp input)
    {
        var errors = new List<ConfigError>();
        var report = Flaws.Report(errors);
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        var (app, refusal) = await AppRows.TakeSeenAsync(db, call, input.App);
        if (app is null)
            return refusal!;
        var read = AppDocument.Read(input.Settings, app.ClientId, report);
        var runAs = read is { } whom ? await AppReferences.CheckAsync(db, call, whom.File, whom.Settings, report) : null;
        if (read is not var (file, settings) || errors.Count > 0)
            return Flaws.Of(errors, "settings");
        (app.Name, app.IsActive, app.RunAsUserId, app.Settings) = (file.Name, file.Active ?? app.IsActive, runAs, SettingsJson.Write(settings));
        await db.SaveChangesAsync(call.Cancellation);
        // An app's settings decide logins too. The tests see what this transaction has written.
        var failed = await tests.FailuresAsync(db, await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation), call.Cancellation);
        if (failed.Count > 0 && !input.IgnoreTests)
            return PolicySaves.TestsFail(failed);
        if (failed.Count > 0)
        {
            db.Audit(call.Org.Id, "app", app.Id, app.ClientId, after: new { IgnoredTests = failed });
            await db.SaveChangesAsync(call.Cancellation);
        }
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return await AnswerAsync(db, call, app);
    }

    public Task<AdminAnswer<AppSight>> ActivateAsync(AdminCall call, AppName input) => SwitchAsync(call, input, on: true);

    public Task<AdminAnswer<AppSight>> DeactivateAsync(AdminCall call, AppName input) => SwitchAsync(call, input, on: false);

    public async Task<AdminAnswer<Nothing>> DeleteAsync(AdminCall call, AppName input)
    {
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        var (app, refusal) = await AppRows.TakeSeenAsync(db, call, input.App);
        if (app is null)
            return refusal!;
        db.Remove(app);
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return new Nothing();
    }

    async Task<AdminAnswer<AppSight>> SwitchAsync(AdminCall call, AppName input, bool on)
    {
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        var (app, refusal) = await AppRows.TakeSeenAsync(db, call, input.App);
        if (app is null)
            return refusal!;
        app.IsActive = on;
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return await AnswerAsync(db, call, app);
    }

    static async Task<AdminAnswer<AppSight>> AnswerAsync(ServerDb db, AdminCall call, ConnectedApp app)
    {
        AdminAnswer<AppSight> answer = await AppRows.SightAsync(db, call, app);
        return answer.WithVersion(AppRows.VersionOf(app));
    }
}
