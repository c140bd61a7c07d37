using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Tests.Federation;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>Identity providers as files declare them.</summary>
public sealed class ConfigProvidersTests : IAsyncLifetime
{
    const string OpenId = """
        { "name": "openid", "label": "Acme OpenID", "clientSecret": "the-providers-secret-of-us", "domains": ["Acme.Example"],
          "oidc": { "issuer": "https://idp.acme.example", "clientId": "oauthserver" },
          "provisioning": { "creates": true, "profiles": [{ "claim": "groups", "value": "staff", "profile": "Standard" }] } }
        """;

    const string BySaml = """{ "metadataUrl": "https://idp.acme.example/metadata" }""";
    const string Changed = "changes who the provider is, and 1 person is linked to it: that link would open accounts for others; give the new provider a name of its own, or remove this one first.";

    readonly PasswordHashing hashing = new(new() { Rounds = 1000 });
    Scratch scratch = null!;
    ConfigFiles files = null!;

    public async ValueTask InitializeAsync()
    {
        scratch = await Scratch.NewAsync();
        files = ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "acme"));
        files.Set("organization.json", "alias", "\"acme\"").Write("providers/openid.json", OpenId);
    }

    public async ValueTask DisposeAsync()
    {
        hashing.Dispose();
        await scratch.DisposeAsync();
    }

    [Fact]
    public async Task A_provider_is_made_with_its_domains_and_its_secret_sealed_and_a_second_run_changes_nothing()
    {
        var report = await ApplyAsync();
        Assert.Contains("+ provider \"openid\" of Acme", report.Changes);
        await using var db = scratch.Database.NewContext();
        var provider = await db.IdentityProviders.SingleAsync(Cancellation);
        Assert.Equal("acme.example", (await db.ProviderDomains.SingleAsync(Cancellation)).Domain);
        Assert.DoesNotContain("the-providers-secret-of-us", provider.Settings, StringComparison.Ordinal);
        Assert.Equal("the-providers-secret-of-us", System.Text.Encoding.UTF8.GetString(scratch.Key.Unprotect(IdentityProviders.SecretPurpose, provider.ClientSecret!)));
        Assert.Empty((await ApplyAsync()).Changes);
    }

    [Fact]
    public async Task A_changed_secret_is_told_without_its_value_and_a_changed_domain_moves()
    {
        await ApplyAsync();
        files.Set("providers/openid.json", "clientSecret", "\"another-secret-of-the-provider\"").Set("providers/openid.json", "domains", """["acme.test"]""");
        var report = await ApplyAsync();
        Assert.Contains("~ provider \"openid\": clientSecret: another value", report.Changes);
        Assert.DoesNotContain(report.Changes, line => line.Contains("another-secret", StringComparison.Ordinal));
        await using var db = scratch.Database.NewContext();
        Assert.Equal("acme.test", (await db.ProviderDomains.SingleAsync(Cancellation)).Domain);
    }

    [Fact]
    public async Task Declared_identities_follow_the_files_and_prune_removes_what_is_gone()
    {
        files.Set("users/ann.json", "federatedIdentities", """[{ "provider": "openid", "subject": "ann-1" }]""");
        Assert.Contains("+ identity \"ann-1\" at openid of user \"ann@acme.example\"", (await ApplyAsync()).Changes);
        Assert.Empty((await ApplyAsync()).Changes);
        files.Set("users/ann.json", "federatedIdentities", """[{ "provider": "openid", "subject": "ann-2" }]""");
        var report = await ApplyAsync(prune: true);
        Assert.Contains("- identity \"ann-1\" at openid of user \"ann@acme.example\"", report.Changes);
        await using var db = scratch.Database.NewContext();
        Assert.Equal("ann-2", (await db.FederatedIdentities.SingleAsync(Cancellation)).Subject);
    }

    [Fact]
    public async Task Metadata_of_a_file_go_into_the_database_and_a_certificate_is_kept_without_what_stood_beside_it()
    {
        var pem = Certificates.WriteSelfSigned(files.Folder, "idp.acme.example");
        Directory.CreateDirectory(files.PathOf("keys"));
        File.Move(pem, files.PathOf("providers/idp.pem"));
        Directory.Delete(files.PathOf("keys"));
        var document = Metadata("https://idp.test");
        File.WriteAllText(files.PathOf("providers/metadata.xml"), document, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        files.Write("providers/file.json", """{ "name": "file", "label": "By file", "saml": { "metadataFile": "metadata.xml" } }""")
            .Write("providers/bare.json", """
                { "name": "bare", "label": "By hand", "saml": { "entityId": "urn:idp", "singleSignOnUrl": "https://idp.acme.example/sso", "certificates": ["file:idp.pem"] } }
                """);
        await ApplyAsync();
        await using var db = scratch.Database.NewContext();
        Assert.Equal(document, (await db.ProviderMetadata.SingleAsync(Cancellation)).Document);
        var bare = SettingsJson.Read<ProviderSettings>((await db.IdentityProviders.SingleAsync(p => p.Name == "bare", Cancellation)).Settings);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", Assert.Single(bare.Saml!.Certificates), StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", bare.Saml.Certificates[0], StringComparison.Ordinal);
        Assert.Empty((await ApplyAsync()).Changes);
    }

    [Fact]
    public async Task A_provider_that_is_no_longer_declared_goes_with_prune_and_all_that_hangs_on_it()
    {
        files.Set("users/ann.json", "federatedIdentities", """[{ "provider": "openid", "subject": "ann-1" }]""");
        await ApplyAsync();
        files.Delete("providers/openid.json").Set("users/ann.json", "federatedIdentities", null);
        Assert.Contains("! provider \"openid\" of Acme (1 person is linked) is not in the files; prune removes it", await KeptAsync());
        Assert.Contains("- provider \"openid\" of Acme (1 person is linked)", (await ApplyAsync(prune: true)).Changes);
        await using var db = scratch.Database.NewContext();
        Assert.False(await db.IdentityProviders.AnyAsync(Cancellation) || await db.ProviderDomains.AnyAsync(Cancellation) || await db.FederatedIdentities.AnyAsync(Cancellation));
    }

    [Theory]
    [InlineData("oidc.issuer", "\"https://other.example\"", "oidc.issuer")]
    [InlineData("saml", BySaml, "saml")]
    public async Task Who_a_provider_is_does_not_change_while_people_are_linked_to_it(string path, string json, string at)
    {
        await ApplyAsync();
        files.Set("users/ann.json", "federatedIdentities", """[{ "provider": "openid", "subject": "1001" }]""");
        await ApplyAsync();
        files.Set("providers/openid.json", path, json);
        if (path == "saml")
            files.Set("providers/openid.json", "oidc", null).Set("providers/openid.json", "clientSecret", null);
        await RefusedAsync(at, Changed);
        files.Set("users/ann.json", "federatedIdentities", null);
        await RefusedAsync(at, Changed); // it counts who is linked, not who is still to be
        await using (var db = scratch.Database.NewContext())
            await db.FederatedIdentities.ExecuteDeleteAsync(Cancellation);
        await ApplyAsync();
    }

    [Theory]
    [InlineData("entityId", "\"urn:other\"", "saml.entityId")]
    [InlineData("subjectAttribute", "\"mail\"", "saml.subjectAttribute")]
    [InlineData("singleSignOnUrl", "\"https://idp.acme.example/elsewhere\"", null)]
    public async Task Who_a_saml_provider_is_does_not_change_either(string key, string json, string? at)
    {
        files.Write("providers/saml.json", Saml($$"""{ "entityId": "urn:idp", "singleSignOnUrl": "https://idp.acme.example/sso", "certificates": [{{Pem(ECCurve.NamedCurves.nistP256)}}] }"""))
            .Set("users/ann.json", "federatedIdentities", """[{ "provider": "saml", "subject": "1001" }]""");
        await ApplyAsync();
        files.Set("providers/saml.json", "saml." + key, json);
        if (at is null)
            await ApplyAsync();
        else
            await RefusedAsync(at, Changed);
    }

    [Fact]
    public async Task Metadata_of_another_provider_are_not_put_under_the_links_of_the_old_one()
    {
        File.WriteAllText(Directory.CreateDirectory(files.PathOf("providers")).FullName + "/idp.xml", Metadata("https://idp.test"));
        files.Write("providers/saml.json", Saml("""{ "metadataFile": "idp.xml" }""")).Set("users/ann.json", "federatedIdentities", """[{ "provider": "saml", "subject": "1001" }]""");
        await ApplyAsync();
        File.WriteAllText(files.PathOf("providers/idp.xml"), Metadata("https://other.test"));
        await RefusedAsync("saml.metadataFile", Changed);
        files.Write("providers/saml.json", Saml("""{ "metadataUrl": "https://idp.acme.example/metadata" }"""));
        await RefusedAsync(
            "saml.entityId", "is missing: 1 person is linked to it: that link could open accounts for others if other metadata told of another provider; write \"https://idp.test\".");
        files.Set("providers/saml.json", "saml.entityId", "\"https://idp.test\"");
        await ApplyAsync();
    }

    [Theory]
    [InlineData("metadataUrl", "\"https://idp.acme.example/new\"", false)]
    [InlineData("entityId", "\"urn:other\"", false)]
    [InlineData("metadataCertificate", null, false)] // a certificate that the test makes
    [InlineData("entityId", "\"https://idp.test\"", true)]
    [InlineData("signsRequests", "false", true)]
    public async Task What_was_fetched_before_is_in_force_no_longer_when_it_is_to_come_from_elsewhere(string key, string? json, bool isKept)
    {
        files.Write("providers/saml.json", Saml("""{ "metadataUrl": "https://idp.acme.example/metadata" }"""));
        await ApplyAsync();
        await using (var db = scratch.Database.NewContext())
        {
            db.Add(new ProviderMetadata { ProviderId = (await db.IdentityProviders.SingleAsync(p => p.Name == "saml", Cancellation)).Id, Document = Metadata("https://idp.test"), FetchedAt = new ManualClock().GetUtcNow() });
            await db.SaveChangesAsync(Cancellation);
        }
        files.Set("providers/saml.json", "saml." + key, json ?? Pem(ECCurve.NamedCurves.nistP256));
        await ApplyAsync();
        await using var after = scratch.Database.NewContext();
        var row = await after.ProviderMetadata.SingleAsync(Cancellation);
        Assert.Equal((isKept, isKept), (row.Document is not null, row.FetchedAt is not null));
    }

    [Theory]
    [InlineData("a", "z")]
    [InlineData("z", "a")]
    public async Task A_domain_moves_to_another_provider_of_the_organization(string from, string to)
    {
        files.Delete("providers/openid.json")
            .Write($"providers/{from}.json", OpenId).Set($"providers/{from}.json", "name", $"\"{from}\"")
            .Write($"providers/{to}.json", OpenId).Set($"providers/{to}.json", "name", $"\"{to}\"").Set($"providers/{to}.json", "domains", null);
        await ApplyAsync();
        files.Set($"providers/{from}.json", "domains", null).Set($"providers/{to}.json", "domains", """["acme.example"]""");
        await ApplyAsync();
        await using var db = scratch.Database.NewContext();
        var row = await db.ProviderDomains.SingleAsync(Cancellation);
        Assert.Equal(("acme.example", to), (row.Domain, (await db.IdentityProviders.SingleAsync(p => p.Id == row.ProviderId, Cancellation)).Name));
    }

    [Fact]
    public async Task A_certificate_by_whose_key_nothing_would_be_believed_is_refused()
    {
        files.Write("providers/saml.json", Saml($$"""{ "entityId": "urn:idp", "singleSignOnUrl": "https://idp.acme.example/sso", "certificates": [{{Pem(null)}}] }"""));
        await RefusedAsync("saml.certificates[0]", "has a key by which nothing is believed; use one of RSA with 2048 bits or an elliptic curve of 256 at least.");
    }

    [Theory]
    [InlineData("name", "\"Open ID\"", "name: must be 1 to 40 lower-case letters, digits and hyphens: it is a part of addresses.")]
    [InlineData("oidc", null, "must hold either \"oidc\" or \"saml\"; write the one that the provider speaks.")]
    [InlineData("oidc.issuer", "\"http://idp.acme.example\"", "oidc.issuer: \"http://idp.acme.example\" is not encrypted; use https.")]
    [InlineData("oidc.clientAuthentication", "\"none\"", "clientSecret: is of no use with none; remove it.")]
    [InlineData("oidc.scopes", """["email"]""", "oidc.scopes: must contain openid, or there is no ID token; add it.")]
    [InlineData("clientSecret", null, "clientSecret: is missing; write \"env:NAME\" or \"file:path\", or choose another oidc.clientAuthentication.")]
    [InlineData("clientSecret", "\"generate\"", "clientSecret: cannot be generated: the provider made it; write \"env:NAME\" or \"file:path\".")]
    [InlineData("domains", """["acme example"]""", "domains[0]: \"acme example\" is not a domain; write one such as \"acme.example\".")]
    [InlineData("linksByVerifiedEmail", "true", null)]
    [InlineData("provisioning.defaultProfile", "\"Standart\"", "provisioning.defaultProfile: there is no profile \"Standart\"; did you mean \"Standard\"?")]
    [InlineData("provisioning.defaultProfile", "\"Admins\"", "provisioning.defaultProfile: \"Admins\" is an administrator's profile, which the provider may not give; choose another, or set provisioning.mayGrantAdministrator.")]
    [InlineData("saml", """{ "metadataUrl": "https://idp.acme.example/metadata", "metadataFile": "x.xml" }""", "saml: must say in exactly one way who the provider is: metadataUrl, metadataFile, or singleSignOnUrl with entityId and certificates.")]
    [InlineData("oidc.issuer", "\"https://idp.acme.example/?tenant=1\"", "oidc.issuer: has a query, which no issuer has (OpenID Connect Discovery section 3); write it as the discovery document says it.")]
    [InlineData("oidc.issuer", "\"https://us:pw@idp.acme.example\"", "oidc.issuer: holds a user name or password; write the address without.")]
    [InlineData("provisioning", """{ "creates": true }""", "provisioning.creates: makes no account without a profile for it; write provisioning.profiles or provisioning.defaultProfile.")]
    [InlineData("saml", """{ "metadataUrl": "https://idp.acme.example/metadata", "nameIdFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient" }""", "saml.nameIdFormat: is transient, another name at each sign-in, so that nobody would be known again; write saml.subjectAttribute, or another format.")]
    [InlineData("saml", """{ "metadataUrl": "https://idp.acme.example/metadata", "nameIdFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient", "subjectAttribute": "uid" }""", null)]
    [InlineData("saml", """{ "metadataFile": "bad.xml" }""", "saml.metadataFile: the file bad.xml is of no use. The metadata describes no SAML 2.0 identity provider.")]
    public async Task What_is_wrong_with_a_provider_is_told_with_its_remedy(string path, string? json, string? expected)
    {
        File.WriteAllText(files.PathOf("providers/bad.xml"), "<EntityDescriptor/>");
        files.Write("profiles/admins.json", """{ "name": "Admins", "permissions": { "administrator": true } }""").Set("providers/openid.json", path, json);
        if (path == "saml")
            files.Set("providers/openid.json", "oidc", null).Set("providers/openid.json", "clientSecret", null);
        if (expected is null)
        {
            await ApplyAsync();
            return;
        }
        var problem = await Assert.ThrowsAsync<ConfigurationException>(() => ApplyAsync());
        Assert.Contains(problem.Errors, error => $"{error.Path}{(error.Path.Length > 0 ? ": " : "")}{error.Message}" == expected);
    }

    [Fact]
    public async Task A_domain_is_one_organizations_and_so_is_an_alias()
    {
        await ApplyAsync();
        var other = ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "globex"))
            .Write("organization.json", """{ "name": "Globex", "demo": true, "alias": "acme" }""")
            .Write("users/ann.json", """{ "username": "ann@globex.example", "email": "ann@globex.example", "profile": "Standard" }""")
            .Write("apps/nightly.json", """{ "clientId": "nightly-of-globex", "name": "Nightly", "flows": ["passwordGrant"] }""")
            .Write("providers/openid.json", OpenId);
        var problem = await Assert.ThrowsAsync<ConfigurationException>(() => ApplyAsync(folder: other.Folder));
        Assert.Contains(problem.Errors, error => error.Message == "\"acme\" belongs to another organization of this server; choose another.");
        Assert.Contains(problem.Errors, error => error.Message == "\"acme.example\" belongs to another organization of this server; remove it.");
    }

    static string Saml(string json) => $$"""{ "name": "saml", "label": "Acme SAML", "saml": {{json}} }""";

    static string Metadata(string entityId) => ProviderCertificatesTests.Metadata(("signing", ProviderCertificatesTests.Certificate("CN=idp", DateTimeOffset.UnixEpoch.AddYears(60))))
        .Replace("https://idp.test\"", entityId + "\"", StringComparison.Ordinal);

    /// <summary>A certificate as JSON; without a curve its key is of RSA with 1024 bits.</summary>
    static string Pem(ECCurve? curve)
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(55);
        if (curve is { } strong)
        {
            using var key = ECDsa.Create(strong);
            using var certificate = new CertificateRequest("CN=idp", key, HashAlgorithmName.SHA256).CreateSelfSigned(now, now.AddYears(9));
            return JsonSerializer.Serialize(certificate.ExportCertificatePem());
        }
        using var weak = RSA.Create(1024);
        using var small = new CertificateRequest("CN=idp", weak, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now, now.AddYears(9));
        return JsonSerializer.Serialize(small.ExportCertificatePem());
    }

    async Task RefusedAsync(string path, string message)
    {
        var problem = await Assert.ThrowsAsync<ConfigurationException>(() => ApplyAsync());
        Assert.Contains(problem.Errors, error => (error.Path, error.Message) == (path, message));
    }

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    async Task<IEnumerable<string>> KeptAsync() => (await ApplyAsync()).Kept;

    Task<ApplyReport> ApplyAsync(bool prune = false, string? folder = null) =>
        ConfigApply.ApplyAsync(scratch.Database, scratch.Key, hashing, folder ?? files.Folder, prune, "tests", new ManualClock());
}
