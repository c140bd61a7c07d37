using OAuthServer.Data;

namespace OAuthServer.Federation;

/// <summary>An identity provider with everything a sign-in needs of it.</summary>
/// <param name="Row">The provider's row.</param>
/// <param name="Settings">What it is and may do.</param>
/// <param name="Org">Whose it is.</param>
/// <param name="Metadata">The SAML metadata that were last found in order; null = none yet, or none needed.</param>
public sealed record ProviderEntry(IdentityProvider Row, ProviderSettings Settings, Organization Org, string? Metadata)
{
    public string Id => Row.Id;

    public string OrgId => Row.OrgId;

    /// <summary>The beginning of all its addresses here, as a path: its own, so that no two providers share a recipient, an audience or a callback.</summary>
    public string Path => $"/sso/{Org.Alias}/{Row.Name}";
}

/// <summary>All identity providers at one change stamp.</summary>
public sealed class ProviderSnapshot
{
    readonly IReadOnlyList<ProviderEntry> all;
    readonly Dictionary<string, ProviderEntry> byDomain;

    internal ProviderSnapshot(IReadOnlyList<ProviderEntry> all, IEnumerable<ProviderDomain> domains, IEnumerable<Organization> orgs)
    {
        this.all = all;
        var byId = all.ToDictionary(entry => entry.Id, StringComparer.Ordinal);
        byDomain = domains.Where(domain => byId.ContainsKey(domain.ProviderId)).ToDictionary(domain => domain.Domain, domain => byId[domain.ProviderId], StringComparer.Ordinal);
        Orgs = orgs.Where(org => org.Alias is not null).ToDictionary(org => org.Alias!, StringComparer.Ordinal);
    }

    /// <summary>Organizations by the name in their addresses.</summary>
    public IReadOnlyDictionary<string, Organization> Orgs { get; }

    /// <summary>The provider of these two names; null when there is none, or it is switched off.</summary>
    public ProviderEntry? Find(string alias, string name) =>
        all.FirstOrDefault(entry => entry.Row.IsActive && entry.Org.Alias == alias && entry.Row.Name == name);

    /// <summary>The provider of this id, switched on or off.</summary>
    public ProviderEntry? FindById(string id) => all.FirstOrDefault(entry => entry.Id == id);

    /// <summary>An organization's providers that are switched on, in the order of their labels.</summary>
    public IReadOnlyList<ProviderEntry> Of(string orgId) => [.. all.Where(entry => entry.Row.IsActive && entry.OrgId == orgId)];

    /// <summary>The provider whose people these are: what stands behind the last <c>@</c>, or the whole where there is none. Nobody is looked up.</summary>
    /// <param name="typed">A user name, an e-mail address or a domain, as typed.</param>
    public ProviderEntry? OfDomain(string typed) =>
        byDomain.GetValueOrDefault(typed[(typed.LastIndexOf('@') + 1)..].Trim().ToLowerInvariant()) is { Row.IsActive: true } entry ? entry : null;

    /// <summary>All, for upkeep.</summary>
    public IReadOnlyList<ProviderEntry> All => all;
}
