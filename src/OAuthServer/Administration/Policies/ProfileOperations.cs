using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Policies;

/// <summary>Profiles: listed, read, made, saved, renamed and removed. What a save runs into is the business of <see cref="PolicySaves"/>.</summary>
public sealed class ProfileOperations(Database database, PolicySaves saves, ChangeWatch changes) : IAdminOperations
{
    const string List = "/setup/policies";
    const string Page = "/setup/policies/profile";
    const int LongestName = 80;

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListProfiles, AdminPage<ProfileLine>>("profiles.list", "/profiles", List, "List profiles with who uses them.", ListAsync),
        AdminOperation.Read<ProfileName, ProfileSight>("profiles.get", "/profiles/{profile}", Page, "Show a profile with all its settings.", GetAsync),
        AdminOperation.Change<CreateProfile, ProfileSight>("profiles.create", "POST", "/profiles", List, "Make a profile.", CreateAsync),
        AdminOperation.Change<SaveProfile, PolicySaved>("profiles.save", "PUT", "/profiles/{profile}", Page, "Save all settings of a profile as its next version.", SaveAsync).Versioned().Stops("profiles.preview"),
        AdminOperation.Ask<PreviewProfile, PolicyPreview>("profiles.preview", "/profiles/{profile}/preview", Page, "Say what a save of a profile would change and run into.", PreviewAsync),
        AdminOperation.Change<RenameProfile, ProfileSight>("profiles.rename", "POST", "/profiles/{profile}/rename", Page, "Give a profile another name.", RenameAsync).Versioned(),
        AdminOperation.Read<ProfileName, ProfileImpact>("profiles.impact", "/profiles/{profile}/impact", Page, "Show what hangs on a profile.", ImpactAsync),
        AdminOperation.Change<ProfileName, Nothing>("profiles.delete", "DELETE", "/profiles/{profile}", Page, "Remove a profile that nobody has and no record names.", DeleteAsync).Versioned().Stops("profiles.impact"),
    ];

    public async Task<AdminAnswer<AdminPage<ProfileLine>>> ListAsync(AdminCall call, ListProfiles input)
    {
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        await using var db = database.NewContext();
        var policy = await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation);
        var used = await ProfileUses.CountAsync(db, [.. policy.Profiles.Keys], call.Cancellation);
        var last = await ProfileUses.LastAsync(db, call.Org.Id, call.Cancellation);
        var trial = await Trials.Pending(db, call.Org.Id).Select(t => t.ObjectId).FirstOrDefaultAsync(call.Cancellation);
        var after = policy.Profiles.Values.OrderBy(profile => profile.Row.Name, StringComparer.Ordinal)
            .SkipWhile(profile => string.CompareOrdinal(profile.Row.Name, input.After ?? "") <= 0).Take(Paging.Size(input.Limit) + 1).ToList();
        var (shown, next) = Paging.Cut(after, input.Limit, profile => profile.Row.Name);
        return new AdminPage<ProfileLine>(
            [
                .. shown.Select(profile => new ProfileLine(
                    profile.Row.Name, profile.Row.Version, profile.Settings.Permissions.Administrator, profile.Settings.ApiOnly, used.GetValueOrDefault(profile.Row.Id),
                    last.TryGetValue(profile.Row.Id, out var at) ? at : null, profile.Row.Id == trial)),
            ],
            next);
    }

    public async Task<AdminAnswer<ProfileSight>> GetAsync(AdminCall call, ProfileName input)
    {
        await using var db = database.NewContext();
        return await FindAsync(db, call, input.Profile) is { } profile ? await SightAsync(db, call, profile) : new AdminRefusal.NotFound("profile");
    }

    public async Task<AdminAnswer<ProfileSight>> CreateAsync(AdminCall call, CreateProfile input)
    {
        if (FlawOf(input.Name) is { } flaw)
            return new AdminRefusal.Invalid("name", flaw);
        await using var db = call.Begin(database);
        await using var transaction = await PolicyLock.BeginAsync(db, call.Cancellation);
        var policy = await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation);
        if (input is { CopyOf: { } copyOf, Settings: null } && policy.Named(copyOf) is null)
            return new AdminRefusal.Invalid("copyOf", $"there is no profile \"{copyOf}\".");
        if (policy.Named(input.Name) is not null)
            return Taken(input.Name);
        AdminRefusal? refusal = null;
        var settings = input is { CopyOf: { } source, Settings: null } ? policy.Named(source)!.Settings : SentJson.Profile(input.Settings, input.Name, out refusal);
        if (settings is null)
            return refusal!;
        var profile = new Profile { Id = RecordId.NewProfile(), OrgId = call.Org.Id, Name = input.Name, Version = 1 };
        db.Add(profile);
        db.Add(new ProfileVersion { ProfileId = profile.Id, Version = 1, SavedAt = call.At, SavedBy = call.Actor.Name, Settings = SettingsJson.Write(settings) });
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return await SightAsync(db, call, profile);
    }

    public async Task<AdminAnswer<PolicySaved>> SaveAsync(AdminCall call, SaveProfile input)
    {
        if (await IdAsync(call, input.Profile) is not { } id)
            return new AdminRefusal.NotFound("profile");
        return SentJson.Profile(input.Settings, input.Profile, out var refusal) is { } settings
            ? await saves.SaveAsync(call, new PolicyEdit.OfProfile(id, settings), new(input.TrialMinutes, input.IgnoreTests))
            : refusal!;
    }

    public async Task<AdminAnswer<PolicyPreview>> PreviewAsync(AdminCall call, PreviewProfile input)
    {
        if (await IdAsync(call, input.Profile) is not { } id)
            return new AdminRefusal.NotFound("profile");
        return SentJson.Profile(input.Settings, input.Profile, out var refusal) is { } settings
            ? await saves.PreviewAsync(call, new PolicyEdit.OfProfile(id, settings))
            : refusal!;
    }

    public async Task<AdminAnswer<ProfileSight>> RenameAsync(AdminCall call, RenameProfile input)
    {
        if (FlawOf(input.Name) is { } flaw)
            return new AdminRefusal.Invalid("name", flaw);
        await using var db = call.Begin(database);
        await using var transaction = await PolicyLock.BeginAsync(db, call.Cancellation);
        if (await FindAsync(db, call, input.Profile) is not { } profile)
            return new AdminRefusal.NotFound("profile");
        if (call.IfMatch is { } seen && seen != VersionOf(profile))
            return new AdminRefusal.Changed();
        if (await db.Profiles.AnyAsync(p => p.OrgId == call.Org.Id && p.Name == input.Name && p.Id != profile.Id, call.Cancellation))
            return Taken(input.Name);
        if (profile.Name != input.Name && await ProfileUses.NamedByAsync(db, profile, call.Cancellation) is { Count: > 0 } named)
            return new AdminRefusal.Conflict("profile-is-named", "Others name this profile.", $"They would not find it any more; change them first: {string.Join(", ", named)}.");
        profile.Name = input.Name;
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return await SightAsync(db, call, profile);
    }

    public async Task<AdminAnswer<ProfileImpact>> ImpactAsync(AdminCall call, ProfileName input)
    {
        await using var db = database.NewContext();
        return await FindAsync(db, call, input.Profile) is { } profile
            ? await ProfileUses.ImpactAsync(db, profile, await ProfileUses.HasDecidedAsync(db, call.Org.Id, profile.Id, 0, call.Cancellation), call.Cancellation)
            : new AdminRefusal.NotFound("profile");
    }

    public async Task<AdminAnswer<Nothing>> DeleteAsync(AdminCall call, ProfileName input)
    {
        await using var db = call.Begin(database);
        // What was before the lock, which every login would wait for; under it only what has come since.
        if (await IdAsync(call, input.Profile) is not { } id)
            return new AdminRefusal.NotFound("profile");
        var last = await db.LoginRecords.Where(record => record.OrgId == call.Org.Id).MaxAsync(record => (long?)record.Id, call.Cancellation) ?? 0;
        var hasDecided = await ProfileUses.HasDecidedAsync(db, call.Org.Id, id, 0, call.Cancellation);
        await using var transaction = await PolicyLock.BeginAsync(db, call.Cancellation);
        if (await FindAsync(db, call, input.Profile) is not { } profile || profile.Id != id)
            return new AdminRefusal.NotFound("profile");
        if (call.IfMatch is { } seen && seen != VersionOf(profile))
            return new AdminRefusal.Changed();
        var impact = await ProfileUses.ImpactAsync(db, profile, hasDecided || await ProfileUses.HasDecidedAsync(db, call.Org.Id, id, last, call.Cancellation), call.Cancellation);
        string[] reasons =
        [
            .. impact.UsedBy > 0 ? [$"{impact.UsedBy} users have it; give them another first."] : Array.Empty<string>(),
            .. impact.HasDecidedLogins ? ["The login history was decided by it; it can go when that has expired."] : Array.Empty<string>(),
            .. impact.NamedBy.Count > 0 ? [$"It is named by: {string.Join(", ", impact.NamedBy)}."] : Array.Empty<string>(),
            .. await Trials.Pending(db, call.Org.Id).AnyAsync(t => t.ObjectId == profile.Id, call.Cancellation) ? ["Its last change is on trial."] : Array.Empty<string>(),
        ];
        if (reasons.Length > 0)
            return new AdminRefusal.Conflict("profile-in-use", "The profile is in use.", string.Join(" ", reasons));
        await db.Drafts.Where(draft => draft.ProfileId == profile.Id).ExecuteDeleteAsync(call.Cancellation);
        db.Remove(profile);
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return new Nothing();
    }

    internal static Task<Profile?> FindAsync(ServerDb db, AdminCall call, string name) => db.Profiles.SingleOrDefaultAsync(p => p.OrgId == call.Org.Id && p.Name == name, call.Cancellation);

    internal static string VersionOf(Profile profile) => profile.Version.ToString(CultureInfo.InvariantCulture);

    async Task<string?> IdAsync(AdminCall call, string name)
    {
        await using var db = database.NewContext();
        return (await FindAsync(db, call, name))?.Id;
    }

    static async Task<AdminAnswer<ProfileSight>> SightAsync(ServerDb db, AdminCall call, Profile profile)
    {
        var version = await db.ProfileVersions.AsNoTracking().SingleAsync(v => v.ProfileId == profile.Id && v.Version == profile.Version, call.Cancellation);
        var used = await ProfileUses.CountAsync(db, [profile.Id], call.Cancellation);
        var last = await ProfileUses.LastAsync(db, call.Org.Id, call.Cancellation);
        var trial = await Trials.Pending(db, call.Org.Id).AsNoTracking().FirstOrDefaultAsync(t => t.ObjectId == profile.Id, call.Cancellation);
        AdminAnswer<ProfileSight> sight = new ProfileSight(
            profile.Name, profile.Id, profile.Version, version.SavedAt, version.SavedBy, used.GetValueOrDefault(profile.Id),
            last.TryGetValue(profile.Id, out var at) ? at : null, trial is null ? null : TrialSight.Of(trial, profile.Name, call.At),
            JsonSerializer.SerializeToElement(SettingsJson.Read<ProfileSettings>(version.Settings), SettingsJson.Options));
        return sight.WithVersion(VersionOf(profile));
    }

    static string? FlawOf(string? name) => string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.Any(char.IsControl) ? $"must be 1 to {LongestName} characters." : null;

    static AdminRefusal.Conflict Taken(string name) => new("name-taken", "There is a profile of this name.", $"Choose another than \"{name}\".");
}
