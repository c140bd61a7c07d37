using System.Text;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;

namespace OAuthServer.Configuration;

/// <summary>
/// What of a provider may change under one name. Links hang on the provider's row: were it another provider afterwards, the names that it
/// gives would open the accounts of those who had them at the old one.
/// </summary>
static class ProviderChange
{
    /// <summary>Reports a change of who the provider is while people are linked to it.</summary>
    internal static void Check(OrgState state, DeclaredProvider declared)
    {
        if (!state.Providers.TryGetValue(declared.File.Name, out var row) || !state.Linked.TryGetValue(row.Id, out var people))
            return;
        var (old, now) = (SettingsJson.Read<ProviderSettings>(row.Settings), declared.Settings);
        var linked = people == 1 ? "1 person is linked to it: that link" : $"{people} people are linked to it: their links";
        if (ChangedAt(state, declared, row, old, now) is { } path)
            declared.Source.Add(path, $"changes who the provider is, and {linked} would open accounts for others; give the new provider a name of its own, or remove this one first.");
        else if (EntityOf(old, DocumentOf(state, row)) is { } entity && now.Saml is not null && EntityNow(state, declared, row, old) is null)
            declared.Source.Add("saml.entityId", $"is missing: {linked} could open accounts for others if other metadata told of another provider; write \"{entity}\".");
    }

    /// <summary>True while what is stored was had from where the files still say, and tells of the same provider.</summary>
    internal static bool KeepsMetadata(OrgState state, DeclaredProvider declared, IdentityProvider row)
    {
        var (old, document) = (SettingsJson.Read<ProviderSettings>(row.Settings), DocumentOf(state, row));
        return IsSameSource(old, declared.Settings) && EntityOf(old, document) == EntityOf(declared.Settings, document);
    }

    static string? ChangedAt(OrgState state, DeclaredProvider declared, IdentityProvider row, ProviderSettings old, ProviderSettings now)
    {
        if ((old.Oidc is null) != (now.Oidc is null))
            return now.Oidc is null ? "saml" : "oidc";
        if (old.Oidc?.Issuer != now.Oidc?.Issuer)
            return "oidc.issuer";
        if (old.Saml?.SubjectAttribute != now.Saml?.SubjectAttribute)
            return "saml.subjectAttribute";
        return EntityOf(old, DocumentOf(state, row)) is { } before && EntityNow(state, declared, row, old) is { } after && before != after
            ? now.Saml?.EntityId is null ? "saml.metadataFile" : "saml.entityId"
            : null;
    }

    static string? EntityNow(OrgState state, DeclaredProvider declared, IdentityProvider row, ProviderSettings old) =>
        EntityOf(declared.Settings, declared.Metadata ?? (IsSameSource(old, declared.Settings) ? DocumentOf(state, row) : null));

    static string? EntityOf(ProviderSettings settings, string? document) => settings.Saml is not { } saml ? null
        : saml.EntityId ?? (document is not null && SamlMetadata.Read(Encoding.UTF8.GetBytes(document), null, null, DateTimeOffset.MinValue) is SamlMetadataReading.Found found
            ? found.Provider.EntityId : null);

    static string? DocumentOf(OrgState state, IdentityProvider row) => state.Metadata.Find(metadata => metadata.ProviderId == row.Id)?.Document;

    static bool IsSameSource(ProviderSettings old, ProviderSettings now) => old.Saml?.MetadataUrl == now.Saml?.MetadataUrl
        && (old.Saml?.MetadataFile is null) == (now.Saml?.MetadataFile is null) && old.Saml?.MetadataCertificate == now.Saml?.MetadataCertificate;
}
