using System.Security.Cryptography;
using System.Text.Json;

namespace OAuthServer.Tests.Support.Providers;

/// <summary>
/// The npm package oidc-provider, unmodified, as an OpenID provider on loopback: one for each test, whose settings can change while it runs.
/// It keeps the real time. Skips the test where node is not installed.
/// </summary>
public sealed class OidcProvider : IAsyncDisposable
{
    readonly string folder;
    readonly string cookieKey = RandomNumberGenerator.GetHexString(32);
    ProviderProcess? process;
    int version;

    OidcProvider(string folder, OidcProviderSettings settings, int port) => (this.folder, Settings, Issuer) = (folder, settings, $"http://localhost:{port}");

    /// <summary>Its address and its name; without a slash at the end.</summary>
    public string Issuer { get; }

    public string DiscoveryUrl => Issuer + "/.well-known/openid-configuration";

    public string JwksUrl => Issuer + "/jwks";

    /// <summary>Where a person signs out at the provider; clients with a back channel are told.</summary>
    public string EndSessionUrl => Issuer + "/session/end";

    public OidcProviderSettings Settings { get; private set; }

    /// <summary>What it refused and whom it told of a sign-out, one event a line.</summary>
    public string Log => process?.Said ?? "";

    /// <param name="settings">What the test wants of it.</param>
    /// <param name="port">Where it is; null = on any port that is free.</param>
    public static async Task<OidcProvider> StartAsync(OidcProviderSettings settings, int? port = null)
    {
        var provider = new OidcProvider(await NodePackages.InstalledAsync("Support/Providers/oidc-provider"), settings, port is { } wanted ? FreePort.Only(wanted) : FreePort.Next());
        try
        {
            await provider.StartAgainAsync();
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>Holds when this returns; what was issued stays.</summary>
    public async Task ChangeAsync(Func<OidcProviderSettings, OidcProviderSettings> change)
    {
        Settings = change(Settings);
        await ConfigureAsync();
    }

    /// <summary>Registers a relying party, in the place of the former of the same client_id.</summary>
    public Task RegisterAsync(OidcClient client) =>
        ChangeAsync(settings => settings with { Clients = [.. settings.Clients.Where(other => other.Id != client.Id), client] });

    /// <summary>Changes an account; amr and acr count from its next sign-in at the provider.</summary>
    public Task ChangeAccountAsync(string username, Func<OidcAccount, OidcAccount> change) => ChangeAsync(settings => settings with
    {
        Accounts = [.. settings.Accounts.Select(account => account.Username == username ? change(account) : account)],
    });

    /// <summary>Signs with a new key.</summary>
    /// <param name="keepOld">The old ones stay in the JWKS; otherwise what they signed can no longer be verified.</param>
    public async Task<OidcSigningKey> RotateKeysAsync(bool keepOld = true)
    {
        var key = OidcSigningKey.New();
        await ChangeAsync(settings => settings with { Keys = keepOld ? [key, .. settings.Keys] : [key] });
        return key;
    }

    /// <summary>Waits for an event, as "backchannel.success" or "backchannel.error"; 30 seconds at the most.</summary>
    public Task SaysAsync(string text) => Running.SaysAsync(text);

    /// <summary>The provider is down: connections are refused.</summary>
    public async Task StopAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        process = null;
    }

    /// <summary>On the same port with the same settings; its sessions and tokens are gone.</summary>
    public async Task StartAgainAsync()
    {
        process = ProviderProcess.Start(folder, "node", ["provider.mjs"], ("NODE_ENV", "production"));
        await ConfigureAsync();
    }

    ProviderProcess Running => process ?? throw new InvalidOperationException("The provider is stopped.");

    async Task ConfigureAsync()
    {
        if (process is null)
            return;
        version++;
        await process.TellAsync(JsonSerializer.Serialize(
            new
            {
                version,
                Issuer,
                cookieKey,
                Keys = Settings.Keys.Select(key => key.PrivateJwk),
                Clients = Settings.Clients.Select(client => client.ToJson()),
                Settings.Accounts,
                Settings.ClaimsInIdToken,
                Settings.RequirePkce,
            },
            JsonSerializerOptions.Web));
        await process.SaysAsync($"configured {version}.");
    }

    public ValueTask DisposeAsync() => new(StopAsync());
}
