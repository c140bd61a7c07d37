using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Hosting.Checks;

/// <summary>Where single sign-on is required: is there a provider, and somebody who comes in when it is away?</summary>
static class SsoCheck
{
    const string Subject = "single sign-on";

    /// <param name="db">Where to look.</param>
    /// <param name="findings">Gets what is found.</param>
    /// <param name="orgId">Only at this organization; null = at all.</param>
    internal static async Task RunAsync(ServerDb db, List<Finding> findings, string? orgId = null)
    {
        var providers = await IdentityProviders.ReadAsync(db);
        var stored = await db.Profiles.AsNoTracking().OrderBy(profile => profile.Name)
            .Join(db.ProfileVersions, p => new { p.Id, p.Version }, v => new { Id = v.ProfileId, v.Version }, (p, v) => new { Profile = p, v.Settings }).ToListAsync();
        var profiles = stored.ConvertAll(row => (row.Profile, Settings: SettingsJson.Read<ProfileSettings>(row.Settings)));
        foreach (var org in await db.Organizations.AsNoTracking().Where(org => orgId == null || org.Id == orgId).OrderBy(org => org.Name).ToListAsync())
        {
            var hasProvider = providers.Of(org.Id).Count > 0;
            var own = profiles.Where(profile => profile.Profile.OrgId == org.Id).ToList();
            var requiring = own.Where(profile => FactsMapping.SsoModeOf(org, profile.Settings, hasProvider) == SsoMode.Required).ToList();
            if (requiring.Count == 0)
                continue;
            if (!hasProvider)
                findings.Fail(Subject, $"{org.Name} requires it ({string.Join(", ", requiring.Select(profile => profile.Profile.Name))}) and has no provider that is switched on; declare one, or nobody of these comes in.");
            await CheckBreakGlassAsync(db, org, [.. own.Where(profile => profile.Settings.Permissions.Administrator).Select(profile => profile.Profile.Id)], findings);
        }
    }

    static async Task CheckBreakGlassAsync(ServerDb db, Organization org, List<string> administering, List<Finding> findings)
    {
        var people = db.Users.AsNoTracking().Where(u => u.OrgId == org.Id && u.IsBreakGlass && u.Status == UserStatus.Active && administering.Contains(u.ProfileId));
        if (!await people.AnyAsync())
            findings.Warn(Subject, $"{org.Name} requires it and has no active break-glass administrator; name one (breakGlass), or nobody comes in while the provider is away.");
        else if (!await people.AnyAsync(u => db.Authenticators.Any(a => a.UserId == u.Id && a.ConfirmedAt != null) || db.Passkeys.Any(p => p.UserId == u.Id)))
            findings.Warn(Subject, $"no break-glass administrator of {org.Name} has enrolled a second factor, which they always need; have one enrolled before the provider is away.");
    }
}
