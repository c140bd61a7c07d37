using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Server;
using OAuthServer.Administration.SignIns;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Overview;

/// <summary>What an administrator should know first, and the way to everything else: one box that finds things by the beginning of their names.</summary>
public sealed class OverviewOperations(Database database, LoginReferences references, IdentityProviders providers, MailOperations mails) : IAdminOperations
{
    const int Most = 8;
    const int MostMails = 100;
    static readonly TimeSpan Ahead = TimeSpan.FromDays(30);

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<Nothing, OverviewSight>("setup.overview", "/overview", "/setup", "Show what needs attention: sign-ins of the last day, integrations on passwords, what ends soon.", OverviewAsync),
        AdminOperation.Read<FindText, AdminPage<Found>>("setup.find", "/find", "/setup/find", "Find a person, integration, app, profile, network, provider or sign-in.", FindAsync),
    ];

    public async Task<AdminAnswer<OverviewSight>> OverviewAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        var orgId = call.Org.Id;
        var stages = await db.Integrations.Where(i => i.OrgId == orgId).GroupBy(i => i.Stage).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(call.Cancellation);
        int In(params ReadOnlySpan<IntegrationStage> wanted)
        {
            var count = 0;
            foreach (var stage in wanted)
                count += stages.Find(found => found.Key == stage)?.Count ?? 0;
            return count;
        }
        return new OverviewSight(
            await HoursAsync(db, call),
            In(IntegrationStage.Found, IntegrationStage.Planned, IntegrationStage.Parallel, IntegrationStage.Proven),
            In(IntegrationStage.Proven),
            In(IntegrationStage.Closed),
            await db.Users.CountAsync(user => user.OrgId == orgId && user.Status == UserStatus.Active, call.Cancellation),
            await EndingsAsync(db, call),
            await db.TrialChanges.Where(trial => trial.OrgId == orgId && trial.ConfirmedAt == null && trial.RevertedAt == null)
                .OrderBy(trial => trial.RevertsAt).Select(trial => new PendingTrial(trial.Id, trial.Kind, trial.SavedBy, trial.RevertsAt)).ToListAsync(call.Cancellation),
            (await mails.ListAsync(call, new(MostMails))).Value!.Items.Count(mail => mail.Attempts > 0));
    }

    public async Task<AdminAnswer<AdminPage<Found>>> FindAsync(AdminCall call, FindText input)
    {
        var text = input.Q.Trim();
        if (text.Length is 0 or > 200)
            return new AdminRefusal.Invalid("q", "is empty or too long; send 1 to 200 characters.");
        await using var db = database.NewContext();
        var orgId = call.Org.Id;
        var found = new List<Found>();
        if (references.Parse(text) is { } id && await db.LoginRecords.AnyAsync(record => record.Id == id && record.OrgId == orgId, call.Cancellation))
            found.Add(new("sign-in", references.Of(id), null, "/setup/sign-ins/" + references.Of(id)));
        // Between the text and its last possible continuation lies, by index, whatever begins with it.
        var (begin, end) = (text.ToLowerInvariant(), text.ToLowerInvariant() + '\uffff');
#pragma warning disable CA1309 // the database compares
        var users = await db.Users.Where(user => user.OrgId == orgId && string.Compare(user.NormalizedUsername, begin) >= 0 && string.Compare(user.NormalizedUsername, end) < 0)
            .OrderBy(user => user.NormalizedUsername).Take(Most).Select(user => new { user.Id, user.Username, user.FirstName, user.LastName }).ToListAsync(call.Cancellation);
#pragma warning restore CA1309
        found.AddRange(users.Select(user => new Found("user", user.Username, $"{user.FirstName} {user.LastName}".Trim(), "/setup/people/user?name=" + Uri.EscapeDataString(user.Username))));
        found.AddRange(await IntegrationFinding.FindAsync(db, orgId, text, users.Select(user => user.Id).ToList(), Most, call.Cancellation));
        var apps = await db.ConnectedApps.Where(app => app.OrgId == orgId).Select(app => new { app.ClientId, app.Name }).ToListAsync(call.Cancellation);
        found.AddRange(apps.Where(app => Begins(app.ClientId) || Holds(app.Name)).Take(Most)
            .Select(app => new Found("app", app.ClientId, app.Name, "/setup/apps/app?id=" + Uri.EscapeDataString(app.ClientId))));
        var profiles = await db.Profiles.Where(profile => profile.OrgId == orgId).Select(profile => profile.Name).ToListAsync(call.Cancellation);
        found.AddRange(profiles.Where(Holds).Take(Most).Select(name => new Found("profile", name, null, "/setup/policies/profile?name=" + Uri.EscapeDataString(name))));
        var networks = await db.TrustedNetworks.Where(network => network.OrgId == orgId).Select(network => new { network.Name, network.Range }).ToListAsync(call.Cancellation);
        found.AddRange(networks.Where(network => Holds(network.Name) || Begins(network.Range)).Take(Most).Select(network => new Found("network", network.Name, network.Range, "/setup/networks")));
        found.AddRange((await providers.CurrentAsync()).Of(orgId).Where(provider => Begins(provider.Row.Name) || Holds(provider.Settings.Label)).Take(Most)
            .Select(provider => new Found("provider", provider.Row.Name, provider.Settings.Label, "/setup/single-sign-on#" + provider.Row.Name)));
        return new AdminPage<Found>(found, null);

        bool Begins(string name) => name.StartsWith(text, StringComparison.OrdinalIgnoreCase);
        bool Holds(string name) => name.Contains(text, StringComparison.OrdinalIgnoreCase);
    }

    static async Task<IReadOnlyList<HourOfSignIns>> HoursAsync(ServerDb db, AdminCall call)
    {
        const long Hour = 3_600_000;
        var now = call.At.ToUnixTimeMilliseconds() / Hour;
        var first = DateTimeOffset.FromUnixTimeMilliseconds((now - 23) * Hour);
        var firstId = await RecordQuery.FirstIdAsync(db, first, call.Cancellation) ?? long.MaxValue;
        var rows = await db.Database.SqlQuery<HourCount>(
            $"SELECT at / {Hour} AS hour, decision AS decision, COUNT(*) AS count FROM login_records WHERE org_id = {call.Org.Id} AND id >= {firstId} GROUP BY at / {Hour}, decision")
            .ToListAsync(call.Cancellation);
        var counts = rows.ToDictionary(row => (row.hour, row.decision), row => (int)row.count);
        return
        [
            .. Enumerable.Range(0, 24).Select(index => now - 23 + index).Select(hour => new HourOfSignIns(
                DateTimeOffset.FromUnixTimeMilliseconds(hour * Hour), counts.GetValueOrDefault((hour, "allow")), counts.GetValueOrDefault((hour, "challenge")), counts.GetValueOrDefault((hour, "deny")))),
        ];
    }

    async Task<IReadOnlyList<Ending>> EndingsAsync(ServerDb db, AdminCall call)
    {
        var until = call.At + Ahead;
        var secrets = await db.AppSecrets.Join(db.ConnectedApps, secret => secret.AppId, app => app.Id, (secret, app) => new { secret.Name, secret.ExpiresAt, app.ClientId, app.OrgId })
            .Where(secret => secret.OrgId == call.Org.Id && secret.ExpiresAt != null && secret.ExpiresAt < until).ToListAsync(call.Cancellation);
        var certificates = (await providers.CurrentAsync()).Of(call.Org.Id)
            .SelectMany(provider => ProviderCertificates.Of(provider).Select(certificate => new Ending("certificate", certificate.Subject, provider.Row.Name, certificate.NotAfter)))
            .Where(ending => ending.At < until);
        return [.. secrets.Select(secret => new Ending("secret", secret.Name, secret.ClientId, secret.ExpiresAt!.Value)).Concat(certificates).OrderBy(ending => ending.At)];
    }

    /// <summary>Named as the columns are, on both databases.</summary>
    sealed record HourCount(long hour, string decision, long count);
}
