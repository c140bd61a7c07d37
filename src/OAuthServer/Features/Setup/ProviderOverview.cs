using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Features.Setup;

/// <summary>An address that an administrator gives to the provider.</summary>
/// <param name="Key">Which: the key of its name.</param>
/// <param name="Url">As the provider is to write it.</param>
public sealed record ProviderAddress(string Key, string Url);

/// <summary>A provider as its administrators see it.</summary>
/// <param name="Entry">What it is and may do.</param>
/// <param name="Metadata">Of a SAML provider that publishes them: when they were fetched, and what was wrong.</param>
/// <param name="People">How many identities there open an account.</param>
/// <param name="Certificates">Its own.</param>
/// <param name="Addresses">What the provider is to be told of us.</param>
public sealed record ProviderSight(
    ProviderEntry Entry, ProviderMetadata? Metadata, int People, IReadOnlyList<ProviderCertificate> Certificates, IReadOnlyList<ProviderAddress> Addresses);

/// <summary>Whom single sign-on spares passwords and tokens.</summary>
/// <param name="Profiles">The profiles that require it.</param>
/// <param name="People">How many have such a profile, the break-glass administrators left out.</param>
public sealed record SsoEffect(IReadOnlyList<string> Profiles, int People);

/// <summary>Single sign-on of an organization.</summary>
/// <param name="Providers">Its providers, switched on and off.</param>
/// <param name="OwnCertificates">Those of this server, for SAML.</param>
/// <param name="Effect">Who has no token because of it.</param>
/// <param name="SignInUrl">The organization's own sign-in address; null when it has no alias.</param>
public sealed record SsoSight(IReadOnlyList<ProviderSight> Providers, IReadOnlyList<ProviderCertificate> OwnCertificates, SsoEffect Effect, string? SignInUrl);

/// <summary>Gathers what an organization's administrators see of its single sign-on.</summary>
public sealed class ProviderOverview(IdentityProviders providers, OrgDirectory orgs, Database database, PublicUrl server)
{
    public async Task<SsoSight> ReadAsync(SignedInBrowser me, CancellationToken cancellation)
    {
        var org = me.Org.Org;
        var own = (await providers.CurrentAsync()).All.Where(provider => provider.OrgId == org.Id).ToList();
        var ids = own.ConvertAll(provider => provider.Id);
        await using var db = database.NewContext();
        var metadata = await db.ProviderMetadata.AsNoTracking().Where(m => ids.Contains(m.ProviderId)).ToDictionaryAsync(m => m.ProviderId, StringComparer.Ordinal, cancellation);
        var people = await db.FederatedIdentities.Where(i => ids.Contains(i.ProviderId)).GroupBy(i => i.ProviderId)
            .Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, StringComparer.Ordinal, cancellation);
        var keys = own.Exists(provider => provider.Settings.Saml is not null) ? await db.ServiceProviderKeys.AsNoTracking().OrderBy(key => key.NotAfter).ToListAsync(cancellation) : [];
        var profiles = (await orgs.CurrentAsync()).Rows.ProfilesOf(org.Id).Where(profile => profile.Sso == SsoMode.Required).ToList();
        var profileIds = profiles.ConvertAll(profile => profile.Id);
        var bound = await db.Users.CountAsync(user => user.Status == UserStatus.Active && !user.IsBreakGlass && profileIds.Contains(user.ProfileId), cancellation);
        return new(
            [.. own.Select(provider => new ProviderSight(
                provider, metadata.GetValueOrDefault(provider.Id), people.GetValueOrDefault(provider.Id), ProviderCertificates.Of(provider), AddressesOf(provider)))],
            [.. keys.Select(ProviderCertificates.Of)],
            new([.. profiles.Select(profile => profile.Name).Order(StringComparer.CurrentCulture)], bound),
            org.Alias is { } alias ? server.At($"{Routes.SingleSignOn}/{alias}") : null);
    }

    IReadOnlyList<ProviderAddress> AddressesOf(ProviderEntry provider)
    {
        ProviderAddress At(string key, string path) => new(key, server.At(provider.Path + path));
        return provider.Settings.Oidc is not { } oidc
            ? [At("MetadataUrl", "/metadata"), At("EntityId", ""), At("Acs", "/acs"), At("Slo", "/slo")]
            :
            [
                At("RedirectUri", "/callback"),
                At("SignedOutUri", "/signed-out"),
                At("BackchannelUri", "/backchannel-logout"),
                At("InitiateLogin", ""),
                .. oidc.ClientAuthentication == ProviderAuthMethod.PrivateKeyJwt ? [new ProviderAddress("Keys", server.At(Routes.Keys))] : Array.Empty<ProviderAddress>(),
            ];
    }
}
