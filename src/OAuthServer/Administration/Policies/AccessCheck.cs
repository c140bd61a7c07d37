using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Policies;

/// <summary>
/// No lock-outs: a change that would leave no administrator able to sign in at a browser, from where the caller is and at this moment, is
/// refused, with the reasons. It loads who there is and what they hold; <see cref="AdministratorAccess"/> decides.
/// </summary>
public sealed class AccessCheck
{
    const int MostNamed = 10;
    const int AtOnce = 100;

    /// <summary>
    /// Why the change must not be made; null when somebody could still come in, or the change concerns no administrator. Within a transaction it
    /// also holds all policy still until that ends, so that two changes at once cannot each count on the administrator whom the other shuts out.
    /// </summary>
    /// <param name="db">The context that the change will be saved with, before it is.</param>
    /// <param name="call">Who changes it, when and from where. At the machine itself any address will do.</param>
    /// <param name="change">What would be different.</param>
    public async Task<AdminRefusal?> WhyNobodyLeftAsync(ServerDb db, AdminCall call, ProposedChange change)
    {
        if (db.Database.CurrentTransaction is not null)
            await PolicyLock.TakeAsync(db, call.Cancellation);
        var now = await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation);
        var proposed = change.ApplyTo(now) with
        {
            HasProvider = await db.IdentityProviders.AnyAsync(p => p.OrgId == call.Org.Id && p.IsActive && !change.ProvidersGone.Contains(p.Id), call.Cancellation),
        };
        if (!await ConcernsAdministratorsAsync(db, now, proposed, change, call.Cancellation))
            return null;
        var reasons = new List<string>();
        var after = "";
        while (await NextAsync(db, proposed, change, after, call.Cancellation) is { Count: > 0 } some)
        {
            foreach (var holds in some)
            {
                if (WhyNot(proposed, change, holds, call) is not { } reason)
                    return null;
                if (reason.Length > 0 && reasons.Count <= MostNamed)
                    reasons.Add(reasons.Count == MostNamed ? "And others." : $"{holds.Account.Username}: {reason}");
            }
            after = some[^1].Account.Id;
        }
        var from = call.From is null ? "from anywhere" : $"from {call.From}";
        return new AdminRefusal.Conflict(
            "no-administrator-left", $"After this, no administrator could sign in {from}.",
            reasons.Count == 0 ? "No active user would have a profile that administers the organization. Give one to somebody first." : string.Join("\n", reasons));
    }

    static async Task<bool> ConcernsAdministratorsAsync(ServerDb db, OrgPolicy now, OrgPolicy proposed, ProposedChange change, CancellationToken cancellation)
    {
        if (change.Networks is not null || change.Switches is not null || change.ProvidersGone.Count > 0)
            return true;
        var administrating = now.Administrating.Union(proposed.Administrating, StringComparer.Ordinal).ToList();
        return change.Profiles.Keys.Any(administrating.Contains)
            || change.UserIds.Count > 0 && await db.Users.AnyAsync(u => u.OrgId == now.OrgId && change.UserIds.Contains(u.Id) && administrating.Contains(u.ProfileId), cancellation);
    }

    /// <summary>Empty for somebody who would be no active administrator at all.</summary>
    static string? WhyNot(OrgPolicy proposed, ProposedChange change, AdministratorHolds holds, AdminCall call)
    {
        var account = change.UserIds.Contains(holds.Account.Id) ? change.User(holds.Account) : holds.Account;
        return account is { Status: UserStatus.Active } && proposed.Profiles.TryGetValue(account.ProfileId, out var profile) && profile.Settings.Permissions.Administrator
            ? AdministratorAccess.WhyNot(proposed, holds with { Account = account }, call.From, call.At)
            : "";
    }

    static async Task<List<AdministratorHolds>> NextAsync(ServerDb db, OrgPolicy proposed, ProposedChange change, string after, CancellationToken cancellation)
    {
        var administrating = proposed.Administrating;
#pragma warning disable CA1309 // The database compares, and orders the same way.
        var rows = await db.Users.AsNoTracking()
            .Where(u => u.OrgId == proposed.OrgId && (administrating.Contains(u.ProfileId) || change.UserIds.Contains(u.Id)) && string.Compare(u.Id, after) > 0)
            .OrderBy(u => u.Id).Take(AtOnce)
            .Select(u => new
            {
                User = u,
                Totp = db.Authenticators.Any(a => a.UserId == u.Id && a.ConfirmedAt != null),
                Passkey = db.Passkeys.Any(p => p.UserId == u.Id),
                Codes = db.RecoveryCodes.Any(c => c.UserId == u.Id && c.UsedAt == null),
                Identity = db.FederatedIdentities.Any(i => i.UserId == u.Id && !change.ProvidersGone.Contains(i.ProviderId) && db.IdentityProviders.Any(p => p.Id == i.ProviderId && p.IsActive)),
            }).ToListAsync(cancellation);
#pragma warning restore CA1309
        return rows.ConvertAll(row => new AdministratorHolds(
            UserAccounts.Of(row.User) with { Enrolled = (row.Totp ? Proof.Totp : Proof.None) | (row.Passkey ? Proof.Passkey : Proof.None) },
            row.Codes && !(change.LosesCodes && change.UserIds.Contains(row.User.Id)), row.Identity,
            new(row.User.TrustedFailures, row.User.TrustedLastFailureAt), new(row.User.UntrustedFailures, row.User.UntrustedLastFailureAt)));
    }
}
