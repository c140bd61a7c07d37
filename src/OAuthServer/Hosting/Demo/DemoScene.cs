using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Apps;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Orgs;
using OAuthServer.Tokens;

namespace OAuthServer.Hosting.Demo;

/// <summary>Somebody of the demo, as the summary tells.</summary>
sealed record DemoUser(string Username, string? Password, string? TotpSecret, string Profile, string Organization, bool Admin);

/// <summary>An app of the demo, as the summary tells.</summary>
sealed record DemoApp(string ClientId, string? ClientSecret, string Dialect, string? RunAs, IReadOnlyList<string> Flows);

/// <summary>The demo's people and apps: applied from config/demo, tokens mailed, authenticators enrolled.</summary>
sealed record DemoScene(IReadOnlyList<DemoUser> Users, IReadOnlyList<DemoApp> Apps)
{
    /// <summary>Makes what is missing of the demo, and tells what there is.</summary>
    internal static async Task<DemoScene> SetAsync(IServiceProvider services, DemoFolder folder)
    {
        var database = services.GetRequiredService<Database>();
        var secrets = folder.ReadSecrets();
        var report = await ConfigApply.ApplyAsync(
            database, services.GetRequiredService<MasterKey>(), services.GetRequiredService<PasswordHashing>(),
            Path.Combine(AppContext.BaseDirectory, "config", "demo"), prune: false, "demo", services.GetRequiredService<TimeProvider>(), FirstTokens.With(services));
        foreach (var secret in report.Generated)
            secrets[secret.Owner] = secret.Value;
        folder.WriteSecrets(secrets);
        await services.GetRequiredService<ChangeWatch>().RefreshAsync();
        services.GetRequiredService<Outbox>().Wake();
        await using var db = database.NewContext();
        foreach (var user in report.NewUsers)
            await EnrolWhereDemandedAsync(services, db, user, secrets);
        folder.WriteSecrets(secrets);
        await MailIsDeliveredAsync(db);
        return await ReadAsync(db, secrets);
    }

    /// <summary>Who must append a code has an authenticator from the start. Its first code is the one before this moment's, so that this moment's still works.</summary>
    static async Task EnrolWhereDemandedAsync(IServiceProvider services, ServerDb db, NewUser user, Dictionary<string, string> secrets)
    {
        var profile = (await services.GetRequiredService<OrgDirectory>().CurrentAsync()).Rows.Profiles[user.ProfileId];
        if (profile.ApiSecondFactor != Policy.ApiSecondFactor.Totp)
            return;
        var authenticators = services.GetRequiredService<Authenticators>();
        var clock = services.GetRequiredService<TimeProvider>();
        var org = await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == user.OrgId);
        if (await authenticators.BeginAsync(user.Id, org.Name, secrets[user.Username]) is not EnrolmentStart.Begun begun)
            throw new InvalidOperationException($"{user.Username} could not enrol.");
        var seed = Base32.Decode(begun.Enrolment.Secret)!;
        await authenticators.ConfirmAsync(user.Id, Totp.Code(seed, Totp.StepAt(clock.GetUtcNow()) - 1));
        secrets["totp " + user.Username] = begun.Enrolment.Secret;
    }

    /// <summary>Waits until every mail lies in its folder, so that the printed lines find the tokens.</summary>
    static async Task MailIsDeliveredAsync(ServerDb db)
    {
        for (var tries = 0; tries < 200 && await db.OutboxMessages.AnyAsync(message => message.SentAt == null); tries++)
            await Task.Delay(50);
    }

    static async Task<DemoScene> ReadAsync(ServerDb db, Dictionary<string, string> secrets)
    {
        var orgs = await db.Organizations.AsNoTracking().ToDictionaryAsync(org => org.Id, StringComparer.Ordinal);
        var profiles = await db.Profiles.AsNoTracking()
            .Join(db.ProfileVersions, p => new { p.Id, p.Version }, v => new { Id = v.ProfileId, v.Version }, (p, v) => new { p.Id, p.Name, v.Settings })
            .ToDictionaryAsync(p => p.Id, StringComparer.Ordinal);
        var users = await db.Users.AsNoTracking().OrderBy(user => user.Username).ToListAsync();
        var names = users.ToDictionary(user => user.Id, user => user.Username, StringComparer.Ordinal);
        var apps = await db.ConnectedApps.AsNoTracking().Where(app => app.OrgId != null).OrderBy(app => app.Name).ToListAsync();
        return new(
            [
                .. users.Select(user => new DemoUser(
                    user.Username, secrets.GetValueOrDefault(user.Username), secrets.GetValueOrDefault("totp " + user.Username), profiles[user.ProfileId].Name,
                    orgs[user.OrgId].Name, SettingsJson.Read<ProfileSettings>(profiles[user.ProfileId].Settings).Permissions.Administrator)),
            ],
            [
                .. apps.Select(app => AppOf(app, secrets, names)),
            ]);
    }

    static DemoApp AppOf(ConnectedApp app, Dictionary<string, string> secrets, Dictionary<string, string> usernames)
    {
        var settings = SettingsJson.Read<AppSettings>(app.Settings);
        return new(
            app.ClientId, secrets.GetValueOrDefault(app.ClientId), settings.Dialect == Dialect.Salesforce ? "salesforce" : "standard",
            app.RunAsUserId is { } id ? usernames[id] : null, [.. settings.Flows.Select(GrantNames.Of)]);
    }
}
