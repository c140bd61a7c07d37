using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using OAuthServer.Hosting.Tls;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>HTTPS by the server itself, with the certificate that the program's own command makes.</summary>
public sealed class TlsTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("oauthserver-tls-").FullName;

    [Fact]
    public async Task A_client_that_trusts_the_authority_is_answered_and_one_that_does_not_is_not()
    {
        await MakeAsync(folder);
        await using var server = await StartAsync(folder);
        using var trusting = Client(folder);
        var answer = await trusting.GetAsync(new Uri(server.Address, "/services/data"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Strict-Transport-Security")); // the name of this machine is not only ours
        using var other = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => other.GetAsync(new Uri(server.Address, "/services/data"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_without_a_restart_and_a_broken_one_is_not()
    {
        await MakeAsync(folder);
        await using var server = await StartAsync(folder);
        var first = await ThumbprintAsync(server);
        await File.WriteAllTextAsync(Path.Combine(folder, "server.pem"), "half a fi", TestContext.Current.CancellationToken);
        server.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(first, await ThumbprintAsync(server));
        Assert.Contains(server.Log.Lines, line => line.Contains("cannot be used; the last ones go on", StringComparison.Ordinal));
        var next = Directory.CreateTempSubdirectory("oauthserver-tls-").FullName;
        await MakeAsync(next);
        foreach (var file in new[] { "server.key", "server.pem", "ca.pem" })
            File.Move(Path.Combine(next, file), Path.Combine(folder, file), overwrite: true);
        server.Clock.Advance(TimeSpan.FromSeconds(3));
        var second = await ThumbprintAsync(server);
        Assert.NotEqual(first, second);
        using var trusting = Client(folder);
        Assert.Equal(HttpStatusCode.OK, (await trusting.GetAsync(new Uri(server.Address, "/services/data"), TestContext.Current.CancellationToken)).StatusCode);
        Directory.Delete(next, recursive: true);
    }

    [Fact]
    public async Task Browsers_are_told_to_keep_to_https_where_the_name_is_ours()
    {
        await MakeAsync(folder);
        await using var server = await StartAsync(folder, options => options with { PublicUrl = "https://login.example.test" });
        using var client = Client(folder);
        var answer = await client.GetAsync(new Uri(server.Address, "/services/data"), TestContext.Current.CancellationToken);
        Assert.Equal("max-age=31536000", answer.Headers.GetValues("Strict-Transport-Security").Single());
    }

    /// <summary>The command, as it is typed.</summary>
    static async Task MakeAsync(string folder)
    {
        var (code, output) = await ServerProcess.RunAsync("dev-cert", "--folder", folder, "--host", "login.example.test");
        Assert.True(code == 0, output);
        Assert.Contains("NODE_EXTRA_CA_CERTS=" + Path.Combine(folder, "ca.pem"), output, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "server.key")));
    }

    static Task<TestServer> StartAsync(string folder, Func<OAuthServer.Hosting.ServerOptions, OAuthServer.Hosting.ServerOptions>? change = null)
    {
        var url = $"https://localhost:{FreePort.Next()}";
        return TestServer.StartAsync(change: options =>
        {
            var tls = options with { Listen = url, PublicUrl = url, Tls = new TlsOptions { CertificateFile = Path.Combine(folder, "server.pem"), KeyFile = Path.Combine(folder, "server.key") } };
            return change?.Invoke(tls) ?? tls;
        });
    }

    static HttpClient Client(string folder) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(folder, "ca.pem"))) },
            },
        },
    });

    static async Task<string> ThumbprintAsync(TestServer server)
    {
        using var tcp = new System.Net.Sockets.TcpClient();
        await tcp.ConnectAsync("localhost", server.Address.Port, TestContext.Current.CancellationToken);
        await using var ssl = new SslStream(tcp.GetStream(), false, static (_, _, _, _) => true); // only to look at it
        await ssl.AuthenticateAsClientAsync("localhost");
        return ssl.RemoteCertificate!.GetCertHashString();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
