using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login.Examples;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Configuration;

/// <summary>One file of an export.</summary>
/// <param name="Path">In the folder, with slashes.</param>
/// <param name="Content">Its bytes.</param>
public sealed record ExportedFile(string Path, byte[] Content);

/// <summary>
/// The way back from the database to files: what <see cref="ConfigApply"/> would make of an organization. Applied to the same database they
/// change nothing; applied to an empty one they make the same organization again, but for what no file may hold: secrets, which are named
/// (<c>keep</c>), and what people hold themselves. All of one moment.
/// </summary>
public static class ConfigExport
{
    const int AtOnce = 1_000;

    /// <summary>The files, as they are read.</summary>
    /// <param name="database">From where.</param>
    /// <param name="orgId">Which organization.</param>
    /// <param name="users">Also the people; without them an app or test that names some can only be applied where they are.</param>
    /// <param name="cancellation">Ends it between two files.</param>
    public static async IAsyncEnumerable<ExportedFile> ReadAsync(Database database, string orgId, bool users, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        await using var snapshot = await database.BeginSnapshotAsync(db, cancellation);
        var names = new FileNames();
        var org = await db.Organizations.AsNoTracking().SingleAsync(row => row.Id == orgId, cancellation);
        var logo = await db.OrganizationLogos.AsNoTracking().SingleOrDefaultAsync(row => row.OrgId == orgId, cancellation);
        var networks = await db.TrustedNetworks.AsNoTracking().Where(network => network.OrgId == orgId).OrderBy(network => network.Id).ToListAsync(cancellation);
        yield return new("organization.json", LeanJson.Bytes(OrganizationOf(org, logo, networks)));
        if (logo is not null)
            yield return new(Logo, logo.Png);

        var profiles = await db.Profiles.AsNoTracking().Where(profile => profile.OrgId == orgId).OrderBy(profile => profile.Name)
            .Join(db.ProfileVersions, p => new { p.Id, p.Version }, v => new { Id = v.ProfileId, v.Version }, (p, v) => new { p.Id, p.Name, v.Settings }).ToListAsync(cancellation);
        foreach (var profile in profiles)
            yield return new(names.Json("profiles", profile.Name), LeanJson.Bytes(Named("name", profile.Name, LeanJson.Of(SettingsJson.Read<ProfileSettings>(profile.Settings)))));

        await foreach (var file in ProvidersAsync(db, orgId, names, cancellation))
            yield return file;
        if (users)
        {
            await foreach (var file in UsersAsync(db, orgId, profiles.ToDictionary(profile => profile.Id, profile => profile.Name, StringComparer.Ordinal), names, cancellation))
                yield return file;
        }
        foreach (var app in await db.ConnectedApps.AsNoTracking().Where(app => app.OrgId == orgId).OrderBy(app => app.ClientId).ToListAsync(cancellation))
            yield return new(names.Json("apps", app.ClientId), LeanJson.Bytes(await AppAsync(db, app, cancellation)));
        foreach (var test in await db.PolicyTests.AsNoTracking().Where(test => test.OrgId == orgId).OrderBy(test => test.Name).ToListAsync(cancellation))
            yield return new(names.Json("tests", test.Name), LeanJson.Bytes(Named("name", test.Name, LeanJson.Of(SettingsJson.Read<ExampleLogin>(test.Content)))));
    }

    const string Logo = "logo.png";

    static JsonObject OrganizationOf(Organization org, OrganizationLogo? logo, List<TrustedNetwork> networks) => LeanJson.Of(new OrganizationFile
    {
        Name = org.Name,
        Alias = org.Alias,
        Demo = org.IsDemo,
        Status = org.Status == OrgStatus.Open ? null : org.Status,
        PasswordGrantEnabled = org.PasswordGrantEnabled,
        SoapLoginEnabled = org.SoapLoginEnabled,
        BuiltInApps = OrganizationSwitches.Of(org).BuiltInApps,
        SsoRequiredByDefault = org.SsoRequiredByDefault,
        DisclosesMissingToken = org.DisclosesMissingToken,
        Color = org.Color,
        Logo = logo is null ? null : Logo,
        TrustedNetworks = [.. networks.Select(network => new TrustedNetworkEntry { Name = network.Name, Range = network.Range })],
    });

    static async IAsyncEnumerable<ExportedFile> ProvidersAsync(ServerDb db, string orgId, FileNames names, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var provider in await db.IdentityProviders.AsNoTracking().Where(provider => provider.OrgId == orgId).OrderBy(provider => provider.Name).ToListAsync(cancellation))
        {
            var settings = SettingsJson.Read<ProviderSettings>(provider.Settings);
            var json = Named("name", provider.Name, []);
            if (!provider.IsActive)
                json["active"] = false;
            if (settings.Oidc is { ClientAuthentication: ProviderAuthMethod.ClientSecretBasic or ProviderAuthMethod.ClientSecretPost })
                json["clientSecret"] = DeclaredSecret.Keep;
            foreach (var (key, value) in LeanJson.Of(settings))
                json[key] = value?.DeepClone();
            yield return new(names.Json("providers", provider.Name), LeanJson.Bytes(json));
            if (settings.Saml?.MetadataFile is { } name
                && await db.ProviderMetadata.AsNoTracking().Where(row => row.ProviderId == provider.Id).Select(row => row.Document).SingleOrDefaultAsync(cancellation) is { } document)
                yield return new($"providers/{Path.GetFileName(name)}", Encoding.UTF8.GetBytes(document));
        }
    }

    static async IAsyncEnumerable<ExportedFile> UsersAsync(
        ServerDb db, string orgId, Dictionary<string, string> profiles, FileNames names, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var providers = await db.IdentityProviders.AsNoTracking().Where(provider => provider.OrgId == orgId).ToDictionaryAsync(provider => provider.Id, provider => provider.Name, StringComparer.Ordinal, cancellation);
        for (var (after, last) = ("", false); !last;)
        {
#pragma warning disable CA1309 // the database compares, and orders the same way
            var people = await db.Users.AsNoTracking().Where(user => user.OrgId == orgId && string.Compare(user.NormalizedUsername, after) > 0)
                .OrderBy(user => user.NormalizedUsername).Take(AtOnce).ToListAsync(cancellation);
#pragma warning restore CA1309
            var ids = people.ConvertAll(user => user.Id);
            var identities = (await db.FederatedIdentities.AsNoTracking().Where(identity => ids.Contains(identity.UserId) && identity.IsDeclared).OrderBy(identity => identity.Id).ToListAsync(cancellation))
                .ToLookup(identity => identity.UserId, StringComparer.Ordinal);
            foreach (var user in people)
                yield return new(names.Json("users", user.Username), LeanJson.Bytes(UserOf(user, profiles[user.ProfileId], identities[user.Id], providers)));
            last = people.Count < AtOnce;
            after = last ? after : people[^1].NormalizedUsername;
        }
    }

    /// <summary>Without what a new user has anyway: a file that says it would set it back one day.</summary>
    static JsonObject UserOf(User user, string profile, IEnumerable<FederatedIdentity> identities, Dictionary<string, string> providers) => LeanJson.Of(new UserFile
    {
        Username = user.Username,
        Email = user.Email,
        Profile = profile,
        FirstName = user.FirstName.Length == 0 ? null : user.FirstName,
        LastName = user.LastName.Length == 0 ? null : user.LastName,
        Language = user.Language == "en_US" ? null : user.Language,
        TimeZone = user.TimeZone == "UTC" ? null : user.TimeZone,
        Status = user.Status == UserStatus.Active ? null : user.Status,
        BreakGlass = user.IsBreakGlass,
        Declared = user.IsDeclared,
        FederatedIdentities = [.. identities.Select(identity => new FederatedIdentityEntry
        {
            Provider = providers[identity.ProviderId],
            Subject = identity.Subject,
            Format = identity.Format.Length == 0 ? null : identity.Format,
        })],
    });

    static async Task<JsonObject> AppAsync(ServerDb db, ConnectedApp app, CancellationToken cancellation)
    {
        var settings = SettingsJson.Read<AppSettings>(app.Settings);
        var runAs = app.RunAsUserId is { } id ? await db.Users.Where(user => user.Id == id).Select(user => user.Username).SingleAsync(cancellation) : null;
        var json = AppDocument.Of(app, runAs, LeanJson.Of(settings));
        if (app.IsActive)
            json.Remove("active");
        var takesSecrets = settings.AuthMethods.Contains(ClientAuthMethod.ClientSecretBasic) || settings.AuthMethods.Contains(ClientAuthMethod.ClientSecretPost);
        var secrets = takesSecrets ? await db.AppSecrets.AsNoTracking().Where(secret => secret.AppId == app.Id).OrderBy(secret => secret.Id).ToListAsync(cancellation) : [];
        if (secrets.Count > 0)
            json["secrets"] = ApplyRun.Json(secrets.ConvertAll(secret => new AppSecretEntry { Name = secret.Name, Value = DeclaredSecret.Keep, ExpiresAt = secret.ExpiresAt }));
        return json;
    }

    static JsonObject Named(string key, string name, JsonObject rest)
    {
        var json = new JsonObject { [key] = name };
        foreach (var (member, value) in rest)
            json[member] = value?.DeepClone();
        return json;
    }
}
