using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Apps;

/// <summary>Whom an app names: users, profiles, providers. They must be the organization's.</summary>
static class AppReferences
{
    /// <summary>Reports whom there is not.</summary>
    /// <returns>The id of the user the app runs as; null when it names none, or one that is not there.</returns>
    internal static async Task<string?> CheckAsync(ServerDb db, AdminCall call, AppFile file, AppSettings settings, FileReport report)
    {
        var runAs = file.RunAs is { } name ? await FindAsync(db, call, name) : null;
        if (file.RunAs is { } missing && runAs is null)
            report.Add("runAs", $"there is no user \"{missing}\" in this organization; make one, or correct the name.");
        foreach (var (index, username) in settings.Preapproval.Users.Index())
        {
            if (await FindAsync(db, call, username) is null)
                report.Add($"preapproval.users[{index}]", $"there is no user \"{username}\" in this organization; make one, or correct the name.");
        }
        var profiles = await db.Profiles.Where(profile => profile.OrgId == call.Org.Id).Select(profile => profile.Name).ToListAsync(call.Cancellation);
        foreach (var (index, profile) in settings.Preapproval.Profiles.Index())
        {
            if (!profiles.Contains(profile, StringComparer.Ordinal))
                report.Add($"preapproval.profiles[{index}]", $"there is no profile \"{profile}\"; {Spelling.Advice(profile, profiles)}");
        }
        await CheckProvidersAsync(db, call, settings, report);
        return runAs;
    }

    static async Task CheckProvidersAsync(ServerDb db, AdminCall call, AppSettings settings, FileReport report)
    {
        var needsSaml = settings.Flows.Contains(LoginChannel.SamlBearer) && settings.Jwks is null;
        var needsOidc = settings.Flows.Contains(LoginChannel.TokenExchange);
        if (!needsSaml && !needsOidc)
            return;
        var rows = await db.IdentityProviders.Where(provider => provider.OrgId == call.Org.Id).Select(provider => provider.Settings).ToListAsync(call.Cancellation);
        var providers = rows.ConvertAll(SettingsJson.Read<ProviderSettings>);
        if (needsSaml && !providers.Exists(provider => provider.Saml is not null))
            report.Add("jwks", "is missing: samlBearer assertions are checked with the app's public keys, or a SAML provider's; add the keys, or a provider.");
        if (needsOidc && !providers.Exists(provider => provider.Oidc is not null))
            report.Add("flows", "has tokenExchange, which takes ID tokens of an OpenID provider; add one, or remove it.");
    }

    static async Task<string?> FindAsync(ServerDb db, AdminCall call, string username)
    {
        var name = References.Normal(username);
        return await db.Users.Where(user => user.OrgId == call.Org.Id && user.NormalizedUsername == name).Select(user => user.Id).SingleOrDefaultAsync(call.Cancellation);
    }
}
