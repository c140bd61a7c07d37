using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Configuration;
using OAuthServer.Data;

namespace OAuthServer.Administration.Policies;

/// <summary>The versions of profiles: each save is one, and none is ever changed. An old one comes back as a new one.</summary>
public sealed class VersionOperations(Database database, PolicySaves saves) : IAdminOperations
{
    const string Page = "/setup/policies/profile";

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListVersions, AdminPage<VersionLine>>("profiles.versions", "/profiles/{profile}/versions", Page, "List the versions of a profile, the newest first.", ListAsync),
        AdminOperation.Read<CompareVersions, VersionDifference>("profiles.diff", "/profiles/{profile}/diff", Page, "Compare two versions of a profile.", CompareAsync),
        AdminOperation.Change<RestoreProfile, PolicySaved>("profiles.restore", "POST", "/profiles/{profile}/restore", Page, "Save an old version of a profile as its next one.", RestoreAsync).Versioned().Stops("profiles.diff"),
    ];

    public async Task<AdminAnswer<AdminPage<VersionLine>>> ListAsync(AdminCall call, ListVersions input)
    {
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        if (input.After is { } after && !int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return Paging.NoPlace;
        await using var db = database.NewContext();
        if (await ProfileOperations.FindAsync(db, call, input.Profile) is not { } profile)
            return new AdminRefusal.NotFound("profile");
        var before = input.After is null ? int.MaxValue : int.Parse(input.After, CultureInfo.InvariantCulture);
        // One more, because a version is shown by what it changed; and one more to know whether there are others.
        var rows = await db.ProfileVersions.AsNoTracking().Where(v => v.ProfileId == profile.Id && v.Version < before)
            .OrderByDescending(v => v.Version).Take(Paging.Size(input.Limit) + 1).ToListAsync(call.Cancellation);
        var (shown, next) = Paging.Cut(rows, input.Limit, row => row.Version.ToString(CultureInfo.InvariantCulture));
        var lines = shown.Select((row, index) => new VersionLine(
            row.Version, row.SavedAt, row.SavedBy, index + 1 < rows.Count ? [.. JsonDiff.Lines(Parse(rows[index + 1]), Parse(row))] : [])).ToList();
        return new AdminPage<VersionLine>(lines, next);
    }

    public async Task<AdminAnswer<VersionDifference>> CompareAsync(AdminCall call, CompareVersions input)
    {
        await using var db = database.NewContext();
        if (await ProfileOperations.FindAsync(db, call, input.Profile) is not { } profile)
            return new AdminRefusal.NotFound("profile");
        var to = input.To ?? profile.Version;
        if (await VersionAsync(db, profile, input.From, call) is not { } old || await VersionAsync(db, profile, to, call) is not { } now)
            return new AdminRefusal.NotFound("version");
        var (before, after) = JsonChange.Of(Parse(old), Parse(now));
        return new VersionDifference(input.From, to, [.. JsonDiff.Lines(Parse(old), Parse(now))], Element(before), Element(after));
    }

    public async Task<AdminAnswer<PolicySaved>> RestoreAsync(AdminCall call, RestoreProfile input)
    {
        await using var db = database.NewContext();
        if (await ProfileOperations.FindAsync(db, call, input.Profile) is not { } profile)
            return new AdminRefusal.NotFound("profile");
        if (await VersionAsync(db, profile, input.Version, call) is not { } version)
            return new AdminRefusal.NotFound("version");
        // Held to the rules of today: an old version may say what is no longer allowed.
        return SentJson.Profile(version.Settings, profile.Name, out var refusal) is { } settings
            ? await saves.SaveAsync(call, new PolicyEdit.OfProfile(profile.Id, settings), new(input.TrialMinutes, input.IgnoreTests))
            : refusal!;
    }

    /// <summary>What an old version said, as settings are read today; null when there is none.</summary>
    internal async Task<JsonNode?> SettingsAsync(AdminCall call, string name, int version)
    {
        await using var db = database.NewContext();
        return await ProfileOperations.FindAsync(db, call, name) is { } profile && await VersionAsync(db, profile, version, call) is { } found ? Parse(found) : null;
    }

    static Task<ProfileVersion?> VersionAsync(ServerDb db, Profile profile, int version, AdminCall call) =>
        db.ProfileVersions.AsNoTracking().SingleOrDefaultAsync(v => v.ProfileId == profile.Id && v.Version == version, call.Cancellation);

    static JsonNode? Parse(ProfileVersion version) => ProfileStep.Stored<Orgs.ProfileSettings>(version.Settings);

    static JsonElement? Element(JsonNode? node) => node is null ? null : JsonSerializer.SerializeToElement(node);
}
