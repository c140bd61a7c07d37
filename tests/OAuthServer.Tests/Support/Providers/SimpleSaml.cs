using System.Security.Cryptography;
using System.Text.Json;
using System.Xml.Linq;

namespace OAuthServer.Tests.Support.Providers;

/// <summary>
/// Debian's SimpleSAMLphp, unmodified, as a SAML 2.0 identity provider on loopback, served by PHP's own web server: one for each test, whose
/// settings hold from the next request on. It keeps the real time. Skips the test where it is not installed.
/// </summary>
public sealed class SimpleSaml : IAsyncDisposable
{
    const string Package = "/usr/share/simplesamlphp/www";
    static readonly string Php = Path.Combine(AppContext.BaseDirectory, "Support", "Providers", "simplesamlphp");
    readonly string folder = Directory.CreateTempSubdirectory("oauthserver-saml-").FullName;
    readonly string salt = RandomNumberGenerator.GetHexString(32);
    readonly Dictionary<string, string> trusted = new(StringComparer.Ordinal);
    ProviderProcess? process;

    SimpleSaml(SimpleSamlSettings settings, int port) => (Settings, Url) = (settings, $"http://localhost:{port}");

    /// <summary>Without a slash at the end.</summary>
    public string Url { get; }

    public string EntityId => EntityIdOf(Url);

    public string MetadataUrl => Url + "/saml2/idp/metadata.php";

    /// <summary>Where authentication requests go.</summary>
    public string SingleSignOnUrl => Url + "/saml2/idp/SSOService.php";

    /// <summary>Where logout requests and answers go.</summary>
    public string SingleLogoutUrl => Url + "/saml2/idp/SingleLogoutService.php";

    public SimpleSamlSettings Settings { get; private set; }

    /// <summary>What it logged, the wrong requests of service providers with their reasons too.</summary>
    public string Log => process?.Said ?? "";

    public static Task<SimpleSaml> StartAsync(params SamlAccount[] accounts) => StartAsync(new SimpleSamlSettings { Accounts = accounts });

    /// <param name="settings">What the test wants of it.</param>
    /// <param name="port">Where it is; null = on any port that is free.</param>
    public static async Task<SimpleSaml> StartAsync(SimpleSamlSettings settings, int? port = null)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/php"), "php is not installed (Debian package php-cli).");
        Assert.SkipUnless(Directory.Exists(Package), "SimpleSAMLphp is not installed (Debian package simplesamlphp).");
        Assert.SkipUnless(Directory.EnumerateFiles("/usr/lib/php", "dom.so", SearchOption.AllDirectories).Any(), "PHP cannot read XML (Debian package php-xml).");
        var provider = new SimpleSaml(settings, port is { } wanted ? FreePort.Only(wanted) : FreePort.Next());
        try
        {
            Directory.CreateDirectory(Path.Combine(provider.folder, "tmp"));
            await provider.WriteAsync();
            await provider.StartAgainAsync();
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where a person's way begins at the provider, without a request of the service provider.</summary>
    /// <param name="serviceProvider">Its entity id.</param>
    /// <param name="relayState">Sent along.</param>
    public string IdpInitiatedUrl(string serviceProvider, string? relayState = null) =>
        $"{SingleSignOnUrl}?spentityid={Uri.EscapeDataString(serviceProvider)}" + (relayState is null ? "" : "&RelayState=" + Uri.EscapeDataString(relayState));

    /// <summary>
    /// Where a person signs out at the provider: every service provider of the session gets a logout request by the browser, one after the other.
    /// </summary>
    /// <param name="returnTo">Where the browser goes at the end.</param>
    public string IdpInitiatedLogoutUrl(string returnTo) => $"{SingleLogoutUrl}?ReturnTo={Uri.EscapeDataString(returnTo)}";

    /// <summary>From the next request on.</summary>
    public Task ChangeAsync(Func<SimpleSamlSettings, SimpleSamlSettings> change)
    {
        Settings = change(Settings);
        return WriteAsync();
    }

    /// <summary>Announces a second certificate beside the one that signs: the first step of a rollover.</summary>
    public async Task<SigningCertificate> AnnounceNextCertificateAsync()
    {
        var next = SigningCertificate.New("The provider's next");
        await ChangeAsync(settings => settings with { AlsoAnnounced = next });
        return next;
    }

    /// <summary>Signs with the announced one from now on: the second step.</summary>
    /// <param name="keepAnnouncingTheOld">Otherwise the metadata no longer have it.</param>
    public Task UseNextCertificateAsync(bool keepAnnouncingTheOld = true) => ChangeAsync(settings => settings with
    {
        Certificate = settings.AlsoAnnounced ?? throw new InvalidOperationException("No other certificate is announced."),
        AlsoAnnounced = keepAnnouncingTheOld ? settings.Certificate : null,
    });

    /// <summary>Takes the metadata of a service provider, in the place of the former of the same entity id.</summary>
    public Task TrustAsync(string metadataXml)
    {
        trusted[XElement.Parse(metadataXml).Attribute("entityID")!.Value] = metadataXml;
        return WriteAsync();
    }

    /// <summary>What it publishes of itself.</summary>
    public async Task<string> MetadataAsync()
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(MetadataUrl, TestContext.Current.CancellationToken);
    }

    /// <summary>The provider is down: connections are refused.</summary>
    public async Task StopAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        process = null;
    }

    /// <summary>On the same port, with the same certificates and its sessions.</summary>
    public async Task StartAgainAsync()
    {
        // Answers come from one process; logs go to standard error, where an empty error_log sends them.
        process = ProviderProcess.Start(
            folder, "/usr/bin/php",
            [
                "-d", "error_log=", "-d", "log_errors=1", "-d", "display_errors=0",
                "-S", $"127.0.0.1:{new Uri(Url).Port}", "-t", Package, Path.Combine(Php, "router.php"),
            ],
            ("SIMPLESAMLPHP_CONFIG_DIR", Php), ("SIMPLESAML_SETTINGS", Path.Combine(folder, "settings.json")));
        await process.AnswersAsync(MetadataUrl, "IDPSSODescriptor");
    }

    internal static string EntityIdOf(string url) => url + "/saml2/idp/metadata.php";

    /// <summary>Whole at once: a request that is under way reads the old document or the new one.</summary>
    async Task WriteAsync()
    {
        await ReplaceAsync(SimpleSamlConfiguration.KeyFile(folder), Settings.Certificate.PrivateKeyPem);
        await ReplaceAsync(Path.Combine(folder, "settings.json"), JsonSerializer.Serialize(SimpleSamlConfiguration.Of(Settings, trusted.Values, Url, Php, folder, salt)));
    }

    static async Task ReplaceAsync(string file, string text)
    {
        await File.WriteAllTextAsync(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }
}
