using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login;

namespace OAuthServer.Features.Shared;

/// <summary>A provider as it is offered.</summary>
/// <param name="Provider">Which.</param>
/// <param name="Url">The local path that sends the browser there.</param>
/// <param name="IsLastUsed">It is the one of the last time at this browser.</param>
public sealed record OfferedProvider(ProviderEntry Provider, string Url, bool IsLastUsed);

/// <summary>
/// Which identity provider a sign-in leads to. It is decided by what was typed and asked, and never by looking at a user: the answer is
/// the same for every name of a domain, whoever has it. Where an app asks, only its own organization's providers count.
/// </summary>
public sealed class SignInWays(IdentityProviders providers, RememberedProvider remembered)
{
    /// <summary>The longest name that is passed on to a provider.</summary>
    public const int MostHint = Usernames.MaxLength;

    /// <summary>The provider whose people have this name; null when its domain is nobody's.</summary>
    public async Task<ProviderEntry?> OfNameAsync(string typed, StoredRequest? request) =>
        (await providers.CurrentAsync()).OfDomain(typed) is { } provider && Counts(provider, request) ? provider : null;

    /// <summary>The organization that was named by its alias, or by a domain without a name before it; null when it was neither.</summary>
    public async Task<Organization?> OfCompanyAsync(string typed, StoredRequest? request)
    {
        if (typed.Contains('@', StringComparison.Ordinal))
            return null;
        var snapshot = await providers.CurrentAsync();
        var org = snapshot.OfDomain(typed)?.Org ?? snapshot.Orgs.GetValueOrDefault(typed.ToLowerInvariant());
        return org is { Alias: not null } && (request?.App.IsOf(org.Id) != false) && snapshot.Of(org.Id).Count > 0 ? org : null;
    }

    /// <summary>Where the browser goes at once, as a local path, without being asked for a name; null when it is to be asked.</summary>
    /// <param name="request">The app's request.</param>
    /// <param name="to">Where the sign-in leads.</param>
    /// <param name="name">Whom the app believes to be there.</param>
    public async Task<string?> StraightAsync(StoredRequest? request, string? to, string? name)
    {
        if (request is null)
            return null;
        var snapshot = await providers.CurrentAsync();
        var own = request.App.App.OrgId is { } owner ? snapshot.Of(owner) : [];
        var named = Named(own, request.Parameters.SsoProvider)
            ?? (request.Parameters.DomainHint is { } domain ? snapshot.OfDomain(domain) : null)
            ?? (name is not null && snapshot.OfDomain(name) is { Org.SsoRequiredByDefault: true } provider ? provider : null);
        if (named is not null && Counts(named, request))
            return SsoPaths.Start(named, request.Handle, to, name);
        return own is not [{ Org: { SsoRequiredByDefault: true, Alias: { } alias } }, ..] ? null
            : own is [var only] ? SsoPaths.Start(only, request.Handle, to, name)
            : SsoPaths.Organization(alias, request.Handle, to);
    }

    /// <summary>An organization's providers, the last used one first.</summary>
    public async Task<IReadOnlyList<OfferedProvider>> OfferAsync(HttpContext context, string orgId, string? requestHandle, string? to, string? name = null)
    {
        var last = remembered.Of(context);
        return
        [
            .. (await providers.CurrentAsync()).Of(orgId)
                .Select(provider => new OfferedProvider(provider, SsoPaths.Start(provider, requestHandle, to, name), provider.Id == last))
                .OrderByDescending(offered => offered.IsLastUsed),
        ];
    }

    /// <summary>The provider of the last time at this browser, where it still is one and counts.</summary>
    public async Task<OfferedProvider?> LastUsedAsync(HttpContext context, StoredRequest? request, string? to) =>
        remembered.Of(context) is { } id && (await providers.CurrentAsync()).FindById(id) is { Row.IsActive: true, Org.Alias: not null } provider && Counts(provider, request)
            ? new(provider, SsoPaths.Start(provider, request?.Handle, to, null), IsLastUsed: true)
            : null;

    /// <summary>Somebody here signs in at a provider.</summary>
    public async Task<bool> AreThereAnyAsync() => (await providers.CurrentAsync()).All.Any(provider => provider.Row.IsActive);

    /// <summary>A name that is typed may send the browser on to another site.</summary>
    public async Task<bool> MayLeadAwayAsync() =>
        (await providers.CurrentAsync()).All.Any(provider => provider is { Row.IsActive: true, Org.SsoRequiredByDefault: true, Settings.Domains.Count: > 0 });

    static bool Counts(ProviderEntry provider, StoredRequest? request) => request?.App.IsOf(provider.OrgId) != false;

    static ProviderEntry? Named(IReadOnlyList<ProviderEntry> own, string? text) => text?.Split('/') switch
    {
        [var name] => own.FirstOrDefault(provider => provider.Row.Name == name),
        [var alias, var name] => own.FirstOrDefault(provider => provider.Row.Name == name && provider.Org.Alias == alias),
        _ => null,
    };
}
