using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Administration.People;

/// <summary>A user to make.</summary>
/// <param name="Username">Printable ASCII without spaces; unique on the whole server, whatever its case.</param>
/// <param name="Email">Where mail goes.</param>
/// <param name="Profile">A profile's name.</param>
/// <param name="FirstName">None = empty.</param>
/// <param name="LastName">None = empty.</param>
/// <param name="Language">Such as <c>en_US</c>, which it is when not said.</param>
/// <param name="TimeZone">An IANA name; UTC when not said.</param>
/// <param name="BreakGlass">Keeps a password although single sign-on is required.</param>
/// <param name="Invite">Mail a link to choose the first password, where a password is of any use; yes when not said.</param>
public sealed record CreateUser(
    string Username, string Email, string Profile, string? FirstName = null, string? LastName = null, string? Language = null, string? TimeZone = null,
    bool BreakGlass = false, bool Invite = true);

/// <summary>What to change of a user. What is not said stays.</summary>
public sealed record UpdateUser(
    string User, string? Email = null, string? FirstName = null, string? LastName = null, string? Language = null, string? TimeZone = null,
    string? Profile = null, bool? BreakGlass = null);

/// <summary>Looks at, makes and changes one user.</summary>
public sealed class UserOperations(
    Database database, OrgDirectory orgs, UserSights sights, UserChanges changes, LastWayIn lastWayIn, MailedLinks links, Outbox outbox, PublicUrl server) : IAdminOperations
{
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<UserName, UserSight>("users.get", "/users/{user}", "/setup/people/user", "Show everything an administrator may see of a user.", GetAsync),
        AdminOperation.Change<CreateUser, UserSight>("users.create", "POST", "/users", "/setup/people/new", "Make a user, and mail an invitation.", CreateAsync),
        AdminOperation.Change<UserName, UserSight>("users.invite", "POST", "/users/{user}/invite", "/setup/people/user", "Mail a new invitation to a user who has no password yet.", InviteAsync).Versioned(),
        AdminOperation.Change<UpdateUser, UserSight>("users.update", "PUT", "/users/{user}", "/setup/people/user", "Change a user's names, mail address, language, time zone, profile or break-glass mark.", UpdateAsync).Versioned(),
    ];

    public Task<AdminAnswer<UserSight>> GetAsync(AdminCall call, UserName input) => sights.ReadAsync(call, input.User);

    public async Task<AdminAnswer<UserSight>> CreateAsync(AdminCall call, CreateUser input)
    {
        var flaws = new List<AdminFlaw>();
        Check(flaws, "username", input.Username, UserRules.Username);
        Check(flaws, "email", input.Email, UserRules.Email);
        CheckCommon(flaws, input.FirstName, input.LastName, input.Language, input.TimeZone);
        var profile = await ProfileAsync(call, input.Profile, flaws);
        await using var db = call.Begin(database);
        var name = Usernames.Normalize(input.Username ?? "") ?? "";
        if (flaws.Count == 0 && await db.Users.AnyAsync(u => u.NormalizedUsername == name, call.Cancellation))
            flaws.Add(Taken);
        if (flaws.Count > 0)
            return new AdminRefusal.Invalid(flaws);
        var user = new User
        {
            Id = RecordId.NewUser(),
            OrgId = call.Org.Id,
            ProfileId = profile!.Id,
            Username = input.Username!,
            NormalizedUsername = name,
            Email = input.Email,
            FirstName = input.FirstName ?? "",
            LastName = input.LastName ?? "",
            Language = input.Language ?? "en_US",
            TimeZone = input.TimeZone ?? "UTC",
            IsBreakGlass = input.BreakGlass,
            CreatedAt = call.At,
            UpdatedAt = call.At,
        };
        db.Add(user);
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
            await db.SaveChangesAsync(call.Cancellation);
            if (input.Invite && MailedLinks.HasUseForPassword(profile, user))
                await links.AddAsync(db, user, byAdministrator: true, call.Cancellation);
            await db.SaveChangesAsync(call.Cancellation);
            await transaction.CommitAsync(call.Cancellation);
        }
        catch (DbUpdateException) when (!call.Cancellation.IsCancellationRequested)
        {
            // Two at once: the name is the other's now. Whatever else stood against it stands against it still.
            await using var look = database.NewContext();
            if (!await look.Users.AnyAsync(u => u.NormalizedUsername == name, call.Cancellation))
                throw;
            return new AdminRefusal.Invalid([Taken]);
        }
        outbox.Wake();
        return await sights.ReadAsync(call, user.Username);
    }

    public Task<AdminAnswer<UserSight>> InviteAsync(AdminCall call, UserName input) => changes.RunAsync(call, input.User, async held =>
    {
        if (held.User.PasswordHash is not null)
            return new AdminRefusal.Conflict("has-password", "The account has a password already.", "Reset the password instead, if it is forgotten.");
        return await UserCredentialOperations.MailLinkAsync(call, held, links);
    });

    public async Task<AdminAnswer<UserSight>> UpdateAsync(AdminCall call, UpdateUser input)
    {
        var flaws = new List<AdminFlaw>();
        if (input.Email is { } email)
            Check(flaws, "email", email, UserRules.Email);
        CheckCommon(flaws, input.FirstName, input.LastName, input.Language, input.TimeZone);
        var profile = input.Profile is { } wanted ? await ProfileAsync(call, wanted, flaws) : null;
        return flaws.Count > 0 ? new AdminRefusal.Invalid(flaws) : await changes.RunAsync(call, input.User, held => ChangeAsync(call, held, input, profile));
    }

    async Task<AdminRefusal?> ChangeAsync(AdminCall call, HeldUser held, UpdateUser input, ProfileFacts? profile)
    {
        var user = held.User;
        var (profileId, breakGlass) = (profile?.Id ?? user.ProfileId, input.BreakGlass ?? user.IsBreakGlass);
        UserAccount Changed(UserAccount account) => account with { ProfileId = profileId, IsBreakGlass = breakGlass };
        if (user.Status == UserStatus.Active && await (profile is { Administrator: false }
            ? lastWayIn.WhyNotWithoutAsync(call, held, Changed)
            : profileId != user.ProfileId || breakGlass != user.IsBreakGlass ? lastWayIn.WhyNobodyLeftAsync(call, held, Changed) : Task.FromResult<AdminRefusal?>(null)) is { } refusal)
            return refusal;
        if (input.Email is { } email && email != user.Email)
            await UserEmails.ChangeAsync(held.Db, user, email, held.At, outbox, server, call.Cancellation);
        user.FirstName = input.FirstName ?? user.FirstName;
        user.LastName = input.LastName ?? user.LastName;
        user.Language = input.Language ?? user.Language;
        user.TimeZone = input.TimeZone ?? user.TimeZone;
        user.ProfileId = profileId;
        user.IsBreakGlass = breakGlass;
        return null;
    }

    async Task<ProfileFacts?> ProfileAsync(AdminCall call, string? name, List<AdminFlaw> flaws)
    {
        var profile = (await orgs.CurrentAsync()).Rows.ProfilesOf(call.Org.Id).FirstOrDefault(profile => profile.Name == name);
        if (profile is null)
            flaws.Add(new("profile", $"There is no profile \"{name}\"."));
        return profile;
    }

    static AdminFlaw Taken => new("username", "is taken on this server; choose another.");

    static void CheckCommon(List<AdminFlaw> flaws, string? firstName, string? lastName, string? language, string? timeZone)
    {
        if (firstName is not null)
            Check(flaws, "firstName", firstName, UserRules.Name);
        if (lastName is not null)
            Check(flaws, "lastName", lastName, UserRules.Name);
        if (language is not null)
            Check(flaws, "language", language, UserRules.Language);
        if (timeZone is not null)
            Check(flaws, "timeZone", timeZone, UserRules.TimeZone);
    }

    static void Check(List<AdminFlaw> flaws, string path, string? value, Func<string, string?> rule)
    {
        if (rule(value ?? "") is { } wrong)
            flaws.Add(new(path, wrong));
    }
}
