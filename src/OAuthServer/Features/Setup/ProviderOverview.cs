using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Features.Setup;

/// <summary>Whom single sign-on spares passwords and tokens.</summary>
/// <param name="Profiles">The profiles that require it.</param>
/// <param name="People">How many have such a profile, the break-glass administrators left out.</param>
public sealed record SsoEffect(IReadOnlyList<string> Profiles, int People);

/// <summary>Single sign-on of an organization, its providers apart.</summary>
/// <param name="OwnCertificates">Those of this server, for SAML.</param>
/// <param name="Effect">Who has no token because of it.</param>
/// <param name="SignInUrl">The organization's own sign-in address; null when it has no alias.</param>
public sealed record SsoSight(IReadOnlyList<ProviderCertificate> OwnCertificates, SsoEffect Effect, string? SignInUrl);

/// <summary>Gathers what an organization's administrators see of its single sign-on besides its providers.</summary>
public sealed class ProviderOverview(OrgDirectory orgs, Database database, PublicUrl server)
{
    /// <param name="me">Who looks.</param>
    /// <param name="hasSaml">Certificates of this server are of use.</param>
    /// <param name="cancellation">The browser has gone.</param>
    public async Task<SsoSight> ReadAsync(SignedInBrowser me, bool hasSaml, CancellationToken cancellation)
    {
        var org = me.Org.Org;
        await using var db = database.NewContext();
        var keys = hasSaml ? await db.ServiceProviderKeys.AsNoTracking().OrderBy(key => key.NotAfter).ToListAsync(cancellation) : [];
        var profiles = (await orgs.CurrentAsync()).Rows.ProfilesOf(org.Id).Where(profile => profile.Sso == SsoMode.Required).ToList();
        var profileIds = profiles.ConvertAll(profile => profile.Id);
        var bound = await db.Users.CountAsync(user => user.Status == UserStatus.Active && !user.IsBreakGlass && profileIds.Contains(user.ProfileId), cancellation);
        return new(
            [.. keys.Select(ProviderCertificates.Of)],
            new([.. profiles.Select(profile => profile.Name).Order(StringComparer.CurrentCulture)], bound),
            org.Alias is { } alias ? server.At($"{Routes.SingleSignOn}/{alias}") : null);
    }
}
