using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;

namespace OAuthServer.Administration.Apps;

/// <summary>What an app holds: secrets, several at once so that one takes over from another without an outage, and tokens.</summary>
public sealed class AppSecretOperations(Database database, MasterKey key, ChangeWatch changes) : IAdminOperations
{
    const string Page = "/setup/apps/app";
    const int MostSecrets = 10;
    const int LongestName = 80;

    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Change<AddSecret, NewSecret>("apps.add-secret", "POST", "/apps/{app}/secrets", Page, "Make another secret for an app. Its value is in this answer and nowhere else.", AddAsync).Versioned(),
        AdminOperation.Change<SecretName, AppSight>("apps.remove-secret", "DELETE", "/apps/{app}/secrets/{secret}", Page, "Remove a secret of an app: whoever still uses it is refused at once.", RemoveAsync).Versioned().Stops("apps.impact"),
        AdminOperation.Change<AppName, RevokedTokens>("apps.revoke-tokens", "POST", "/apps/{app}/revoke-tokens", Page, "End all tokens of an app, and what was about to become one. Consents stay.", RevokeTokensAsync).Versioned().Stops("apps.impact"),
    ];

    public async Task<AdminAnswer<NewSecret>> AddAsync(AdminCall call, AddSecret input)
    {
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        if (await AppRows.TakeAsync(db, call, input.App) is not { } app)
            return new AdminRefusal.NotFound("app");
        if (call.HasSeenAnother(AppRows.VersionOf(app)))
            return new AdminRefusal.Changed();
        var present = await db.AppSecrets.Where(secret => secret.AppId == app.Id).Select(secret => secret.Name).ToListAsync(call.Cancellation);
        if (string.IsNullOrWhiteSpace(input.Name) || input.Name.Length > LongestName || input.Name.Any(char.IsControl))
            return new AdminRefusal.Invalid("name", $"must be 1 to {LongestName} characters; say what the secret is called, such as the year.");
        if (present.Contains(input.Name, StringComparer.Ordinal))
            return new AdminRefusal.Invalid("name", $"\"{input.Name}\" is a secret of this app already; choose another name.");
        if (input.ExpiresAt <= call.At)
            return new AdminRefusal.Invalid("expiresAt", "is past; choose a time to come, or none.");
        var methods = SettingsJson.Read<AppSettings>(app.Settings).AuthMethods;
        if (!methods.Contains(ClientAuthMethod.ClientSecretBasic) && !methods.Contains(ClientAuthMethod.ClientSecretPost))
            return new AdminRefusal.Conflict("secret-of-no-use", "A secret would be of no use.", "The app's authMethods have no clientSecretBasic or clientSecretPost; add one of them first.");
        if (present.Count >= MostSecrets)
            return new AdminRefusal.Conflict("too-many-secrets", $"The app has {present.Count} secrets.", "Remove one that is no longer used.");
        var value = RandomId.New(32);
        db.Add(new AppSecret
        {
            AppId = app.Id,
            Name = input.Name,
            Hash = key.KeyedHash(ClientAuthenticator.SecretPurpose, value),
            CreatedAt = call.At,
            ExpiresAt = input.ExpiresAt,
        });
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return new NewSecret(app.ClientId, input.Name, value, input.ExpiresAt);
    }

    public async Task<AdminAnswer<AppSight>> RemoveAsync(AdminCall call, SecretName input)
    {
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        if (await AppRows.TakeAsync(db, call, input.App) is not { } app)
            return new AdminRefusal.NotFound("app");
        if (await db.AppSecrets.SingleOrDefaultAsync(secret => secret.AppId == app.Id && secret.Name == input.Secret, call.Cancellation) is not { } row)
            return new AdminRefusal.NotFound("secret");
        if (call.HasSeenAnother(AppRows.VersionOf(app)))
            return new AdminRefusal.Changed();
        db.Remove(row);
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        AdminAnswer<AppSight> answer = await AppRows.SightAsync(db, call, app);
        return answer.WithVersion(AppRows.VersionOf(app));
    }

    public async Task<AdminAnswer<RevokedTokens>> RevokeTokensAsync(AdminCall call, AppName input)
    {
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        if (await AppRows.TakeAsync(db, call, input.App) is not { } app)
            return new AdminRefusal.NotFound("app");
        if (call.HasSeenAnother(AppRows.VersionOf(app)))
            return new AdminRefusal.Changed();
        var revoked = await AppRows.LiveGrants(db, app, call.At).CountAsync(call.Cancellation);
        await db.Grants.Where(grant => grant.AppId == app.Id && grant.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(grant => grant.RevokedAt, call.At), call.Cancellation);
        await db.AuthorizationCodes.Where(code => code.AppId == app.Id && code.UsedAt == null && code.ExpiresAt > call.At)
            .ExecuteUpdateAsync(set => set.SetProperty(code => code.ExpiresAt, call.At), call.Cancellation);
        await db.DeviceAuthorizations.Where(device => device.AppId == app.Id && device.UsedAt == null && device.ExpiresAt > call.At)
            .ExecuteUpdateAsync(set => set.SetProperty(device => device.ExpiresAt, call.At), call.Cancellation);
        // The grant that client credentials share is remembered on every node until the stamp rises.
        await db.ChangeStamps.ExecuteUpdateAsync(set => set.SetProperty(stamp => stamp.Version, stamp => stamp.Version + 1), call.Cancellation);
        db.Audit(call.Org.Id, "app", app.Id, app.ClientId, before: new { LiveGrants = revoked }, after: new { LiveGrants = 0 });
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return new RevokedTokens(revoked);
    }
}
