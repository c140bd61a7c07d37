using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using OAuthServer.Data;
using OAuthServer.Federation;

namespace OAuthServer.Configuration;

/// <summary>Identity providers, with the domains whose people are theirs.</summary>
static class ProviderStep
{
    internal static void Run(ApplyRun run, OrgState state)
    {
        foreach (var declared in state.Declared.Providers)
        {
            if (state.Providers.TryGetValue(declared.File.Name, out var present))
                Forget(state, declared, present); // by what it was, before that is changed
            var provider = present is not null ? Update(run, present, declared, state) : Make(run, state, declared);
            SetMetadata(run, state, provider, declared);
            SetSecret(run, provider, declared, isNew: present is null);
            state.Providers[provider.Name] = provider;
        }
        SetDomains(run, state);
        foreach (var provider in state.Providers.Values.Where(provider => !state.Declared.Providers.Exists(declared => declared.File.Name == provider.Name)))
            run.NotDeclared(provider, $"{Label(provider, state)} ({Linked(state, provider)})");
    }

    internal static string Label(IdentityProvider provider, OrgState state) => $"provider \"{provider.Name}\" of {state.Name}";

    static IdentityProvider Make(ApplyRun run, OrgState state, DeclaredProvider declared)
    {
        var provider = new IdentityProvider { Id = RecordId.NewProvider(), OrgId = state.Org!.Id, Name = declared.File.Name, Settings = "", CreatedAt = run.Now };
        Set(provider, declared);
        run.Db.Add(provider);
        run.Made(Label(provider, state));
        return provider;
    }

    static IdentityProvider Update(ApplyRun run, IdentityProvider provider, DeclaredProvider declared, OrgState state)
    {
        var (before, stored) = (Json(provider), provider.Settings);
        Set(provider, declared);
        run.Changed(Label(provider, state), before, Json(provider));
        if (!run.Changed(Label(provider, state), ProfileStep.Stored<ProviderSettings>(stored), ProfileStep.Stored<ProviderSettings>(provider.Settings)))
            provider.Settings = stored; // written another way, but the same
        return provider;
    }

    static void Set(IdentityProvider provider, DeclaredProvider declared)
    {
        provider.IsActive = declared.File.Active ?? provider.IsActive;
        provider.Settings = SettingsJson.Write(declared.Settings);
    }

    static void SetSecret(ApplyRun run, IdentityProvider provider, DeclaredProvider declared, bool isNew)
    {
        if (declared.Secret is { IsKept: true })
        {
            if (provider.ClientSecret is null)
                run.Kept($"clientSecret of provider \"{provider.Name}\" is to be kept, but there is none; write \"env:NAME\" or \"file:path\"");
            return;
        }
        var wanted = declared.Secret?.Value;
        var present = provider.ClientSecret is { } sealedSecret ? Encoding.UTF8.GetString(run.Key.Unprotect(IdentityProviders.SecretPurpose, sealedSecret)) : null;
        if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(wanted ?? ""), Encoding.UTF8.GetBytes(present ?? "")))
            return;
        provider.ClientSecret = wanted is null ? null : run.Key.Protect(IdentityProviders.SecretPurpose, Encoding.UTF8.GetBytes(wanted));
        if (!isNew)
            run.Changed($"provider \"{provider.Name}\": clientSecret: another value");
    }

    // The settings tell a change of domains; these rows are their index. First all get theirs, and only then goes what nobody declares any
    // more: otherwise one that moves would be lost when the provider it leaves comes first.
    static void SetDomains(ApplyRun run, OrgState state)
    {
        var wanted = state.Declared.Providers
            .SelectMany(declared => declared.Settings.Domains.Select(domain => (Domain: domain, ProviderId: state.Providers[declared.File.Name].Id)))
            .ToDictionary(pair => pair.Domain, pair => pair.ProviderId, StringComparer.Ordinal);
        foreach (var (domain, providerId) in wanted)
        {
            if (state.Domains.Find(row => row.Domain == domain) is not { } row)
                run.Db.Add(new ProviderDomain { Domain = domain, ProviderId = providerId });
            else
                row.ProviderId = providerId; // from another provider of the organization
        }
        var declaredIds = state.Declared.Providers.ConvertAll(declared => state.Providers[declared.File.Name].Id);
        foreach (var row in state.Domains.Where(row => declaredIds.Contains(row.ProviderId, StringComparer.Ordinal) && !wanted.ContainsKey(row.Domain)))
            run.Db.Remove(row);
    }

    /// <summary>Metadata that were had from elsewhere, or speak of somebody else, are in force no longer: those of the new place are fetched first.</summary>
    static void Forget(OrgState state, DeclaredProvider declared, IdentityProvider present)
    {
        if (state.Metadata.Find(metadata => metadata.ProviderId == present.Id) is { } row && !ProviderChange.KeepsMetadata(state, declared, present))
            (row.Document, row.FetchedAt, row.Problem, row.ProblemAt) = (null, null, null, null);
    }

    static string Linked(OrgState state, IdentityProvider provider) =>
        state.Linked.GetValueOrDefault(provider.Id) switch { 0 => "nobody is linked", 1 => "1 person is linked", var people => $"{people} people are linked" };

    static void SetMetadata(ApplyRun run, OrgState state, IdentityProvider provider, DeclaredProvider declared)
    {
        var row = state.Metadata.Find(metadata => metadata.ProviderId == provider.Id);
        if (declared.Metadata is not { } document || row?.Document == document)
            return;
        if (row is null)
        {
            run.Db.Add(new ProviderMetadata { ProviderId = provider.Id, Document = document, FetchedAt = run.Now });
            return;
        }
        (row.Document, row.FetchedAt, row.Problem, row.ProblemAt) = (document, run.Now, null, null);
        run.Changed($"provider \"{provider.Name}\": metadata: another document");
    }

    static JsonNode Json(IdentityProvider provider) => ApplyRun.Json(new { Active = provider.IsActive });
}
