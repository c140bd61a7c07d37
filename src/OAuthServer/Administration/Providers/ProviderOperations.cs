using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Policies;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Providers;

/// <summary>The organization's identity providers: what each is, who uses it, and switching it off and on. What it is, is declared in the configuration.</summary>
public sealed class ProviderOperations(Database database, ChangeWatch changes, AccessCheck access, OrgDirectory orgs, PublicUrl server) : IAdminOperations
{
    const string Page = "/setup/single-sign-on";

    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<Nothing, AdminPage<ProviderLine>>("providers.list", "/providers", Page, "List identity providers, with their last use.", ListAsync),
        AdminOperation.Read<ProviderName, ProviderSight>("providers.get", "/providers/{provider}", Page, "Show an identity provider: what it is and may do, and what to enter there.", GetAsync),
        AdminOperation.Read<ProviderName, ProviderImpact>("providers.impact", "/providers/{provider}/impact", Page, "Say what stops when an identity provider is switched off.", ImpactAsync),
        AdminOperation.Change<ProviderName, ProviderSight>("providers.activate", "POST", "/providers/{provider}/activate", Page, "Switch an identity provider on.", ActivateAsync).Versioned(),
        AdminOperation.Change<ProviderName, ProviderSight>("providers.deactivate", "POST", "/providers/{provider}/deactivate", Page, "Switch an identity provider off: it lets nobody in any more.", DeactivateAsync).Versioned().Stops("providers.impact"),
    ];

    public async Task<AdminAnswer<AdminPage<ProviderLine>>> ListAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        var own = await OwnAsync(db, call);
        var (use, metadata) = (await ProviderUse.OfAsync(db, call), await MetadataAsync(db, call));
        return new AdminPage<ProviderLine>(
            [.. own.Select(provider => new ProviderLine(
                provider.Row.Name, provider.Settings.Label, ProtocolOf(provider), provider.Row.IsActive, use.PeopleOf(provider.Id), use.LastOf(provider.Id), metadata.GetValueOrDefault(provider.Id)?.Problem))],
            null);
    }

    public async Task<AdminAnswer<ProviderSight>> GetAsync(AdminCall call, ProviderName input)
    {
        await using var db = database.NewContext();
        return await SightAsync(db, call, input.Provider);
    }

    public async Task<AdminAnswer<ProviderImpact>> ImpactAsync(AdminCall call, ProviderName input)
    {
        await using var db = database.NewContext();
        var own = await OwnAsync(db, call);
        if (own.Find(one => one.Row.Name == input.Provider) is not { } provider)
            return new AdminRefusal.NotFound("provider");
        var requiring = (await orgs.CurrentAsync()).Rows.ProfilesOf(call.Org.Id).Where(profile => profile.Sso == SsoMode.Required).ToList();
        return await ProviderUse.ImpactAsync(db, call, provider, own, requiring);
    }

    public Task<AdminAnswer<ProviderSight>> ActivateAsync(AdminCall call, ProviderName input) => SwitchAsync(call, input, on: true);

    public Task<AdminAnswer<ProviderSight>> DeactivateAsync(AdminCall call, ProviderName input) => SwitchAsync(call, input, on: false);

    async Task<AdminAnswer<ProviderSight>> SwitchAsync(AdminCall call, ProviderName input, bool on)
    {
        await using var db = call.Begin(database);
        await using var transaction = await PolicyLock.BeginAsync(db, call.Cancellation);
        if (await db.IdentityProviders.SingleOrDefaultAsync(row => row.OrgId == call.Org.Id && row.Name == input.Provider, call.Cancellation) is not { } provider)
            return new AdminRefusal.NotFound("provider");
        if (call.HasSeenAnother(VersionOf(provider)))
            return new AdminRefusal.Changed();
        var gone = on || !provider.IsActive ? null : new ProposedChange { ProvidersGone = new HashSet<string>(StringComparer.Ordinal) { provider.Id } };
        if (gone is not null && await access.WhyNobodyLeftAsync(db, call, gone) is { } refusal)
            return refusal;
        provider.IsActive = on;
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return await SightAsync(db, call, input.Provider);
    }

    async Task<AdminAnswer<ProviderSight>> SightAsync(ServerDb db, AdminCall call, string name)
    {
        if ((await OwnAsync(db, call)).Find(one => one.Row.Name == name) is not { } provider)
            return new AdminRefusal.NotFound("provider");
        var (use, metadata) = (await ProviderUse.OfAsync(db, call), (await MetadataAsync(db, call)).GetValueOrDefault(provider.Id));
        AdminAnswer<ProviderSight> answer = new ProviderSight(
            provider.Row.Name, provider.Id, provider.Row.IsActive, provider.Settings, use.PeopleOf(provider.Id), use.LastOf(provider.Id),
            metadata, ProviderCertificates.Of(provider), ProviderAddresses.Of(provider, server));
        return answer.WithVersion(VersionOf(provider.Row));
    }

    /// <summary>As the database has them now, in the order of their labels.</summary>
    static async Task<List<ProviderEntry>> OwnAsync(ServerDb db, AdminCall call) => [.. (await IdentityProviders.ReadAsync(db)).All.Where(provider => provider.OrgId == call.Org.Id)];

    static Task<Dictionary<string, MetadataState>> MetadataAsync(ServerDb db, AdminCall call) =>
        db.ProviderMetadata.AsNoTracking().Where(m => db.IdentityProviders.Any(provider => provider.Id == m.ProviderId && provider.OrgId == call.Org.Id))
            .ToDictionaryAsync(m => m.ProviderId, m => new MetadataState(m.FetchedAt, m.Problem, m.ProblemAt), StringComparer.Ordinal, call.Cancellation);

    static ProviderProtocol ProtocolOf(ProviderEntry provider) => provider.Settings.Oidc is null ? ProviderProtocol.Saml : ProviderProtocol.Oidc;

    static string VersionOf(IdentityProvider provider) => ContentVersion.Of(Encoding.UTF8.GetBytes($"{provider.IsActive}\n{provider.Settings}"));
}
