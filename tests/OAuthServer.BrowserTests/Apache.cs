using System.Diagnostics;
using System.Net;

namespace OAuthServer.BrowserTests;

/// <summary>Debian's Apache with mod_auth_openidc, unmodified: one page that only who signed in at the server may see.</summary>
sealed class Apache : IAsyncDisposable
{
    const string Modules = "/usr/lib/apache2/modules";
    readonly Process process;
    readonly string folder;

    Apache(Process process, string folder, int port) => (this.process, this.folder, Url) = (process, folder, $"http://localhost:{port}");

    internal string Url { get; }

    /// <summary>Where the provider sends the browser back to.</summary>
    internal static string CallbackOf(int port) => $"http://localhost:{port}/callback";

    /// <param name="issuer">The server that signs people in.</param>
    /// <param name="clientId">The app.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="port">Where Apache listens.</param>
    internal static async Task<Apache> StartAsync(string issuer, string clientId, string secret, int port)
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/apache2"), "apache2 is not installed (Debian package apache2).");
        Assert.SkipUnless(File.Exists(Modules + "/mod_auth_openidc.so"), "mod_auth_openidc is not installed (Debian package libapache2-mod-auth-openidc).");
        var home = Directory.CreateTempSubdirectory("oauthserver-apache-").FullName;
        // Its workers run as another user.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(home, (UnixFileMode)0b111_101_101);
        await File.WriteAllTextAsync(Path.Combine(home, "index.html"), "<!doctype html><title>Protected</title><h1>The protected page</h1>");
        await File.WriteAllTextAsync(Path.Combine(home, "apache.conf"), $"""
            ServerName localhost
            Listen 127.0.0.1:{port}
            PidFile {home}/apache.pid
            ErrorLog {home}/error.log
            Mutex file:{home}
            User www-data
            Group www-data
            LoadModule mpm_event_module {Modules}/mod_mpm_event.so
            LoadModule authn_core_module {Modules}/mod_authn_core.so
            LoadModule authz_core_module {Modules}/mod_authz_core.so
            LoadModule authz_user_module {Modules}/mod_authz_user.so
            LoadModule dir_module {Modules}/mod_dir.so
            LoadModule mime_module {Modules}/mod_mime.so
            LoadModule auth_openidc_module {Modules}/mod_auth_openidc.so
            TypesConfig /etc/mime.types
            DocumentRoot {home}
            DirectoryIndex index.html
            OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
            OIDCClientID {clientId}
            OIDCClientSecret {secret}
            OIDCRedirectURI {CallbackOf(port)}
            OIDCCryptoPassphrase {Guid.NewGuid():N}
            OIDCScope "openid email"
            OIDCRemoteUserClaim email
            OIDCPKCEMethod S256
            <Location />
              AuthType openid-connect
              Require valid-user
            </Location>
            <Directory {home}>
              Require valid-user
            </Directory>
            """);
        var httpd = Process.Start(new ProcessStartInfo("/usr/sbin/apache2", ["-f", Path.Combine(home, "apache.conf"), "-DFOREGROUND"]) { UseShellExecute = false })!;
        var apache = new Apache(httpd, home, port);
        try
        {
            await apache.AnsweringAsync();
            return apache;
        }
        catch
        {
            await apache.DisposeAsync();
            throw;
        }
    }

    /// <summary>What Apache complained about.</summary>
    internal string Log => File.Exists(Path.Combine(folder, "error.log")) ? File.ReadAllText(Path.Combine(folder, "error.log")) : "";

    async Task AnsweringAsync()
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        client.DefaultRequestHeaders.Add("Accept", "text/html"); // programs are told 401 instead
        var said = "";
        for (var i = 0; i < 100 && !process.HasExited; i++)
        {
            try
            {
                using var answer = await client.GetAsync(Url + "/");
                if (answer.StatusCode == HttpStatusCode.Redirect)
                    return;
                said = $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
            }
            catch (HttpRequestException problem)
            {
                said = problem.Message;
            }
            await Task.Delay(100);
        }
        Assert.Fail($"Apache does not send to the server: {said}\n{Log}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
