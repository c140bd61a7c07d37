using System.Globalization;

namespace OAuthServer.Tests.Support.Providers;

/// <summary>The settings as SimpleSAMLphp's configuration wants them; the PHP files of the folder simplesamlphp read them from one JSON document.</summary>
static class SimpleSamlConfiguration
{
    /// <param name="settings">What the test wants.</param>
    /// <param name="trusted">The metadata of service providers, XML.</param>
    /// <param name="url">Where the provider is.</param>
    /// <param name="php">The folder of the PHP files.</param>
    /// <param name="folder">Where it may write, and where its key is.</param>
    /// <param name="salt">What its hashed NameIDs are made with.</param>
    internal static Dictionary<string, object> Of(SimpleSamlSettings settings, IEnumerable<string> trusted, string url, string php, string folder, string salt) => new()
    {
        ["config"] = Config(url, php, folder, salt),
        ["authsources"] = new Dictionary<string, object> { ["accounts"] = Accounts(settings) },
        ["idp"] = new Dictionary<string, object> { [SimpleSaml.EntityIdOf(url)] = Hosted(settings, folder) },
        ["sp"] = Remote(settings),
        ["trusted"] = trusted,
    };

    /// <summary>The key of the signing certificate: SimpleSAMLphp takes it from a file only.</summary>
    internal static string KeyFile(string folder) => Path.Combine(folder, "idp.pem");

    static Dictionary<string, object?> Config(string url, string php, string folder, string salt)
    {
        var port = new Uri(url).Port.ToString(CultureInfo.InvariantCulture);
        return new()
        {
            ["baseurlpath"] = url + "/",
            ["certdir"] = folder + "/",
            ["loggingdir"] = folder + "/",
            ["datadir"] = folder + "/",
            ["tempdir"] = folder + "/tmp",
            ["metadatadir"] = php + "/metadata/",
            ["metadata.sources"] = new[] { new { type = "flatfile" } },
            ["secretsalt"] = salt,
            ["auth.adminpassword"] = salt,
            ["admin.checkforupdates"] = false,
            ["timezone"] = "UTC",
            ["enable.saml20-idp"] = true,
            ["module.enable"] = new { exampleauth = true },
            ["logging.handler"] = "errorlog",
            ["logging.level"] = 6, // information
            ["showerrors"] = true,
            ["errorreporting"] = false,
            ["store.type"] = "phpsession",
            ["session.phpsession.savepath"] = folder,
            // All loopback ports share one jar of cookies.
            ["session.phpsession.cookiename"] = "SimpleSAML" + port,
            ["session.cookie.name"] = "SimpleSAMLSessionID" + port,
            ["session.authtoken.cookiename"] = "SimpleSAMLAuthToken" + port,
            ["session.cookie.secure"] = false,
            ["session.cookie.samesite"] = "Lax",
            ["language.available"] = new[] { "en" },
            ["language.default"] = "en",
            ["trusted.url.domains"] = null, // returns to any address after a sign-out
            ["theme.use"] = "default",
            ["production"] = true,
        };
    }

    static Dictionary<string, object> Accounts(SimpleSamlSettings settings)
    {
        var source = new Dictionary<string, object> { ["0"] = "exampleauth:UserPass" };
        foreach (var account in settings.Accounts)
        {
            var attributes = new Dictionary<string, string[]>(account.Attributes);
            attributes.TryAdd("uid", [account.Username]);
            source.Add($"{account.Username}:{account.Password}", attributes);
        }
        return source;
    }

    static Dictionary<string, object> Hosted(SimpleSamlSettings settings, string folder)
    {
        var hosted = new Dictionary<string, object>
        {
            ["host"] = "__DEFAULT__",
            ["auth"] = "accounts",
            ["userid.attribute"] = "uid",
            ["certData"] = settings.Certificate.Base64,
            ["privatekey"] = KeyFile(folder),
            ["NameIDFormat"] = settings.NameId.Format,
            ["SingleSignOnServiceBinding"] = settings.Bindings,
            ["SingleLogoutServiceBinding"] = settings.Bindings,
            ["assertion.lifetime"] = (int)settings.AssertionLifetime.TotalSeconds,
            ["sign.logout"] = settings.SignLogout,
            ["validate.authnrequest"] = settings.VerifyRequests,
        };
        if (settings.AlsoAnnounced is { } other)
            hosted["new_certData"] = other.Base64;
        if (settings.SignatureAlgorithm is { } algorithm)
            hosted["signature.algorithm"] = algorithm;
        if (settings.AuthnContext is { } context)
            hosted["authproc"] = new Dictionary<string, object> { ["10"] = new { @class = "saml:AuthnContextClassRef", AuthnContextClassRef = context } };
        return hosted;
    }

    /// <summary>Over what each service provider's own metadata say.</summary>
    static Dictionary<string, object?> Remote(SimpleSamlSettings settings) => new()
    {
        ["NameIDFormat"] = settings.NameId.Format,
        ["simplesaml.nameidattribute"] = settings.NameId.Attribute,
        ["saml20.sign.assertion"] = settings.SignAssertion,
        ["saml20.sign.response"] = settings.SignResponse,
        ["assertion.encryption"] = settings.EncryptAssertion,
        ["validate.authnrequest"] = settings.VerifyRequests,
        ["validate.logout"] = settings.VerifyRequests,
    };
}
