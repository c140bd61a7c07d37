using System.Net.Mail;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Federation;

/// <summary>Which account an answer means.</summary>
public abstract record FederatedAccount
{
    private FederatedAccount() { }

    /// <summary>This one is linked to who the provider says it is.</summary>
    public sealed record Linked(User User) : FederatedAccount;

    /// <summary>This one has the e-mail address that the provider has verified, and is to be linked.</summary>
    public sealed record ToBeLinked(User User) : FederatedAccount;

    /// <summary>None yet: one is to be made.</summary>
    /// <param name="Person">What the provider says of the person.</param>
    /// <param name="ProfileId">The profile it maps to.</param>
    public sealed record ToBeMade(ProvisionedPerson Person, string ProfileId) : FederatedAccount;

    /// <summary>None.</summary>
    /// <param name="Flaw">Why.</param>
    /// <param name="User">The account it would have been; null when there is none.</param>
    /// <param name="IsToEnd">The provider says that this person's account has ended.</param>
    public sealed record Refused(AssertionFlaw Flaw, User? User = null, bool IsToEnd = false) : FederatedAccount;
}

/// <summary>
/// Finds, makes, updates and ends accounts by what a provider asserts. An account is known by the provider and the subject, never by an
/// e-mail address alone; what an administrator has made, no provider changes. A provider reaches its own organization and no other.
/// </summary>
public sealed class FederatedAccounts(Database database, OrgDirectory orgs, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    /// <summary>What an answer that holds would lead to. Changes nothing.</summary>
    public async Task<FederatedAccount> FindAsync(ProviderAnswer answer, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        return await FindAsync(db, answer, cancellation);
    }

    /// <summary>Does what an answer that holds leads to.</summary>
    /// <returns><see cref="FederatedAccount.Linked"/>, or why there is no account.</returns>
    public async Task<FederatedAccount> EnsureAsync(ProviderAnswer answer, CancellationToken cancellation = default)
    {
        for (var isLast = false; ; isLast = true)
        {
            await using var db = database.NewContext();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            var account = await FindAsync(db, answer, cancellation);
            // The name may have been taken a moment ago by the same person's other tab: look for the identity again.
            if (account is FederatedAccount.Refused { Flaw: AssertionFlaw.NameTaken } && !isLast)
                continue;
            try
            {
                var user = await ChangeAsync(db, answer, account, cancellation);
                await db.SaveChangesAsync(cancellation);
                await transaction.CommitAsync(cancellation);
                outbox.Wake();
                return user is null ? account : new FederatedAccount.Linked(user);
            }
            catch (DbUpdateException) when (!isLast)
            {
                // Two first sign-ins at once, or the name was taken a moment ago: the second look finds what is there.
            }
        }
    }

    /// <summary>Links what the provider asserted with the account that is signed in, by the person's own act.</summary>
    /// <returns>Why not; <see cref="AssertionFlaw.None"/> when it is linked.</returns>
    public async Task<AssertionFlaw> LinkAsync(string userId, ProviderAnswer answer, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await using var transaction = await AccountLock.BeginAsync(db, userId, now, cancellation);
        var user = await db.Users.SingleAsync(u => u.Id == userId, cancellation);
        if (user.OrgId != answer.Provider.OrgId)
            return AssertionFlaw.OtherOrganization;
        if (await IdentityAsync(db, answer, cancellation) is { } present)
            return present.UserId == userId ? AssertionFlaw.None : AssertionFlaw.LinkedElsewhere;
        if (await db.FederatedIdentities.AnyAsync(i => i.UserId == userId && i.ProviderId == answer.Provider.Id, cancellation))
            return AssertionFlaw.LinkedElsewhere;
        AddIdentity(db, answer, user, now);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            return AssertionFlaw.LinkedElsewhere; // by somebody else, at this moment
        }
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
        return AssertionFlaw.None;
    }

    async Task<FederatedAccount> FindAsync(ServerDb db, ProviderAnswer answer, CancellationToken cancellation)
    {
        var settings = answer.Provider.Settings;
        var person = Provisioning.Of(settings.Provisioning, answer.Claims);
        if (await IdentityAsync(db, answer, cancellation) is { } identity)
            return OfLinked(await db.Users.SingleAsync(u => u.Id == identity.UserId, cancellation), answer.Provider, person);
        if (settings.LinksByVerifiedEmail && person.Email is { } email && await OwnerOfAsync(db, answer.Provider.OrgId, email, cancellation) is { } owner)
            return await OfEmailAsync(db, answer, owner, email, cancellation);
        return settings.Provisioning.Creates ? await OfNewAsync(db, answer.Provider, person, cancellation) : new FederatedAccount.Refused(AssertionFlaw.NoAccount);
    }

    static FederatedAccount OfLinked(User user, ProviderEntry provider, ProvisionedPerson person)
    {
        if (user.OrgId != provider.OrgId)
            return new FederatedAccount.Refused(AssertionFlaw.OtherOrganization);
        if (person.HasLeft)
            return new FederatedAccount.Refused(AssertionFlaw.Deprovisioned, user, IsToEnd: !user.IsBreakGlass);
        return user.ProvisionedBy == provider.Id && person.Profile is null
            ? new FederatedAccount.Refused(AssertionFlaw.NoProfile, user, IsToEnd: provider.Settings.Provisioning.DeactivatesWithoutProfile)
            : new FederatedAccount.Linked(user);
    }

    /// <summary>An address is a name only where the provider speaks for its domain, and has verified it.</summary>
    static async Task<FederatedAccount> OfEmailAsync(ServerDb db, ProviderAnswer answer, User owner, string email, CancellationToken cancellation)
    {
        var domain = email[(email.LastIndexOf('@') + 1)..];
        return !answer.Provider.Settings.Domains.Contains(domain, StringComparer.OrdinalIgnoreCase) || owner.IsBreakGlass
                ? new FederatedAccount.Refused(AssertionFlaw.EmailNotTrusted, owner)
            : !answer.Claims.EmailIsVerified ? new FederatedAccount.Refused(AssertionFlaw.EmailNotVerified, owner)
            : await db.FederatedIdentities.AnyAsync(i => i.UserId == owner.Id && i.ProviderId == answer.Provider.Id, cancellation)
                ? new FederatedAccount.Refused(AssertionFlaw.LinkedElsewhere, owner)
            : new FederatedAccount.ToBeLinked(owner);
    }

    async Task<FederatedAccount> OfNewAsync(ServerDb db, ProviderEntry provider, ProvisionedPerson person, CancellationToken cancellation)
    {
        if (person.HasLeft)
            return new FederatedAccount.Refused(AssertionFlaw.Deprovisioned);
        if (ProfileOf(await ProfilesAsync(provider), provider, person) is not { } profileId)
            return new FederatedAccount.Refused(AssertionFlaw.NoProfile);
        if (person.Username is not { } username || !Usernames.IsAcceptable(username) || EmailOf(person) is null)
            return new FederatedAccount.Refused(AssertionFlaw.NameTaken);
        var normal = Usernames.Normalize(username);
        return await db.Users.AnyAsync(u => u.NormalizedUsername == normal, cancellation)
            ? new FederatedAccount.Refused(AssertionFlaw.NameTaken)
            : new FederatedAccount.ToBeMade(person, profileId);
    }

    /// <summary>The account afterwards; null when there is none to sign in to.</summary>
    async Task<User?> ChangeAsync(ServerDb db, ProviderAnswer answer, FederatedAccount account, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        switch (account)
        {
            case FederatedAccount.Linked { User: { } user }:
                var identity = (await IdentityAsync(db, answer, cancellation))!;
                identity.LastUsedAt = now;
                await UpdateAsync(user, answer, now);
                return user;
            case FederatedAccount.ToBeLinked { User: { } user }:
                AddIdentity(db, answer, user, now);
                return user;
            case FederatedAccount.ToBeMade made:
                var fresh = Make(answer.Provider, made, now);
                db.Add(fresh);
                db.Add(NewIdentity(answer, fresh.Id, now));
                return fresh;
            case FederatedAccount.Refused { IsToEnd: true, User: { } user }:
                user.Status = UserStatus.Inactive;
                user.UpdatedAt = now;
                await DisownedSignIns.EndAsync(db, user.Id, now, cancellation);
                return null;
            default:
                return null;
        }
    }

    /// <summary>Follows the provider, in an account that it has made.</summary>
    async Task UpdateAsync(User user, ProviderAnswer answer, DateTimeOffset now)
    {
        var (provider, settings) = (answer.Provider, answer.Provider.Settings.Provisioning);
        if (user.ProvisionedBy != provider.Id || !settings.Updates)
            return;
        var person = Provisioning.Of(settings, answer.Claims);
        var before = (user.Email, user.FirstName, user.LastName, user.ProfileId);
        user.Email = EmailOf(person) ?? user.Email;
        user.FirstName = person.FirstName ?? user.FirstName;
        user.LastName = person.LastName ?? user.LastName;
        user.ProfileId = ProfileOf(await ProfilesAsync(provider), provider, person) ?? user.ProfileId;
        if (before != (user.Email, user.FirstName, user.LastName, user.ProfileId))
            user.UpdatedAt = now;
    }

    static User Make(ProviderEntry provider, FederatedAccount.ToBeMade made, DateTimeOffset now) => new()
    {
        Id = RecordId.NewUser(),
        OrgId = provider.OrgId,
        ProfileId = made.ProfileId,
        Username = made.Person.Username!,
        NormalizedUsername = Usernames.Normalize(made.Person.Username!)!,
        Email = EmailOf(made.Person)!,
        FirstName = made.Person.FirstName ?? "",
        LastName = made.Person.LastName ?? "",
        ProvisionedBy = provider.Id,
        CreatedAt = now,
        UpdatedAt = now,
    };

    /// <summary>From now on it opens an account that was there before: the owner is told.</summary>
    void AddIdentity(ServerDb db, ProviderAnswer answer, User user, DateTimeOffset now)
    {
        db.Add(NewIdentity(answer, user.Id, now));
        outbox.Add(db, IdentityLinkedEmail.Compose(user, server, answer.Provider.Settings.Label, now));
    }

    static FederatedIdentity NewIdentity(ProviderAnswer answer, string userId, DateTimeOffset now) => new()
    {
        ProviderId = answer.Provider.Id,
        Subject = answer.Subject,
        Format = answer.Format,
        UserId = userId,
        CreatedAt = now,
        LastUsedAt = now,
    };

    static Task<FederatedIdentity?> IdentityAsync(ServerDb db, ProviderAnswer answer, CancellationToken cancellation) =>
        db.FederatedIdentities.SingleOrDefaultAsync(i => i.ProviderId == answer.Provider.Id && i.Subject == answer.Subject && i.Format == answer.Format, cancellation);

    /// <summary>The one account of the organization that has this address; with several, none is meant.</summary>
    static async Task<User?> OwnerOfAsync(ServerDb db, string orgId, string email, CancellationToken cancellation)
    {
        // The address is compared as a whole and as written by the administrator, but for the case of ASCII letters.
        var lower = email.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862, MA0011 // translated to SQL, where there is no culture
        return await db.Users.Where(u => u.OrgId == orgId && u.Email.ToLower() == lower).Take(2).ToListAsync(cancellation) is [var one] ? one : null;
#pragma warning restore CA1304, CA1311, CA1862, MA0011
    }

    async Task<IEnumerable<ProfileFacts>> ProfilesAsync(ProviderEntry provider) => (await orgs.CurrentAsync()).Rows.ProfilesOf(provider.OrgId);

    static string? ProfileOf(IEnumerable<ProfileFacts> profiles, ProviderEntry provider, ProvisionedPerson person) =>
        profiles.FirstOrDefault(profile => profile.Name == person.Profile) is { } found && (!found.Administrator || provider.Settings.Provisioning.MayGrantAdministrator) ? found.Id : null;

    static string? EmailOf(ProvisionedPerson person) => (person.Email ?? person.Username) is { } text && MailAddress.TryCreate(text, out var address) && address.Address == text ? text : null;
}
