using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration.Server;
using OAuthServer.Hosting.Tls;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>HTTPS by the server itself, with the certificate that the program's own command makes.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task A_client_that_trusts_the_authority_is_answered_and_one_that_does_not_is_not()
    {
        using var tls = await DevTls.MakeAsync();
        await using var server = await StartAsync(tls);
        using var trusting = Client(tls);
        var answer = await trusting.GetAsync(new Uri(server.Address, "/services/data"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Strict-Transport-Security")); // the name of this machine is not only ours
        using var other = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => other.GetAsync(new Uri(server.Address, "/services/data"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_without_a_restart_and_a_broken_one_is_not()
    {
        using var tls = await DevTls.MakeAsync();
        await using var server = await StartAsync(tls);
        var first = await ThumbprintAsync(server);
        await File.WriteAllTextAsync(tls.Options.CertificateFile, "half a fi", TestContext.Current.CancellationToken);
        server.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(first, await ThumbprintAsync(server));
        Assert.Contains(server.Log.Lines, line => line.Contains("cannot be used; the last ones go on", StringComparison.Ordinal));
        using var next = await DevTls.MakeAsync();
        foreach (var file in Directory.GetFiles(next.Folder))
            File.Move(file, Path.Combine(tls.Folder, Path.GetFileName(file)), overwrite: true);
        server.Clock.Advance(TimeSpan.FromSeconds(3));
        var second = await ThumbprintAsync(server);
        Assert.NotEqual(first, second);
        using var trusting = Client(tls);
        Assert.Equal(HttpStatusCode.OK, (await trusting.GetAsync(new Uri(server.Address, "/services/data"), TestContext.Current.CancellationToken)).StatusCode);
    }

    /// <summary>Kubernetes' way: the files are links through <c>..data</c>, and a renewal is another directory to which that one leads.</summary>
    [Fact]
    public async Task A_renewal_behind_links_that_stay_as_they_are_is_seen()
    {
        using var tls = await DevTls.MakeAsync();
        using var next = await DevTls.MakeAsync();
        var data = Path.Combine(tls.Folder, "..data");
        var mounted = new TlsOptions { CertificateFile = Path.Combine(tls.Folder, "tls.crt"), KeyFile = Path.Combine(tls.Folder, "tls.key") };
        File.CreateSymbolicLink(data, tls.Folder);
        File.CreateSymbolicLink(mounted.CertificateFile, "..data/server.pem");
        File.CreateSymbolicLink(mounted.KeyFile, "..data/server.key");
        await using var server = await StartAsync(tls, options => options with { Tls = mounted });
        var first = await ThumbprintAsync(server);

        LeadTo(next.Folder);
        var second = await ThumbprintAsync(server);
        Assert.NotEqual(first, second);

        // For a moment it leads nowhere, or round and round: the last pair goes on, and is not complained of at every connection.
        LeadTo(data);
        Assert.Equal(second, await ThumbprintAsync(server));
        server.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(second, await ThumbprintAsync(server));
        Assert.Single(server.Log.Lines, line => line.Contains("cannot be used; the last ones go on", StringComparison.Ordinal));

        LeadTo(tls.Folder);
        Assert.Equal(first, await ThumbprintAsync(server));

        void LeadTo(string folder)
        {
            File.Delete(data);
            File.CreateSymbolicLink(data, folder);
            server.Clock.Advance(TimeSpan.FromSeconds(3));
        }
    }

    [Fact]
    public async Task Administrators_see_the_certificate_in_use_and_when_it_ends()
    {
        using var tls = await DevTls.MakeAsync();
        await using var server = await StartAsync(tls);
        server.Clock.Set(TimeProvider.System.GetUtcNow());
        async Task<ServerSight> LookAsync() => await server.Services.GetRequiredService<IServerHealth>().LookAsync("none", isOperator: true, TestContext.Current.CancellationToken);
        var sight = await LookAsync();
        var certificate = Assert.IsType<HttpsCertificate>(sight.Certificate);
        Assert.Equal(["localhost", "login.example.test", "127.0.0.1", "::1"], certificate.Names);
        Assert.Equal("OAuthServer development authority of localhost", certificate.Issuer);
        Assert.Equal(396, certificate.DaysLeft);
        Assert.Contains(sight.Findings, finding => finding is { Subject: "https", Level: FindingLevel.Ok });
        server.Clock.Advance(TimeSpan.FromDays(390));
        var late = await LookAsync();
        Assert.Equal(6, late.Certificate!.DaysLeft);
        Assert.Contains(late.Findings, finding => finding is { Subject: "https", Level: FindingLevel.Warn });
    }

    [Fact]
    public async Task Browsers_are_told_to_keep_to_https_where_the_name_is_ours()
    {
        using var tls = await DevTls.MakeAsync();
        await using var server = await StartAsync(tls, options => options with { PublicUrl = "https://login.example.test" });
        using var client = Client(tls);
        var answer = await client.GetAsync(new Uri(server.Address, "/services/data"), TestContext.Current.CancellationToken);
        Assert.Equal("max-age=31536000", answer.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Fact]
    public async Task Only_its_owner_reads_the_key_and_nothing_is_written_over()
    {
        using var tls = await DevTls.MakeAsync();
#pragma warning disable CA1416 // like all that is tested with programs of Debian's
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(tls.Options.KeyFile));
#pragma warning restore CA1416
        var (code, output) = await ServerProcess.RunAsync("dev-cert", "--folder", tls.Folder);
        Assert.Equal(2, code);
        Assert.Contains("is there already", output, StringComparison.Ordinal);
    }

    static Task<TestServer> StartAsync(DevTls tls, Func<OAuthServer.Hosting.ServerOptions, OAuthServer.Hosting.ServerOptions>? change = null)
    {
        var url = $"https://localhost:{FreePort.Next()}";
        return TestServer.StartAsync(change: options =>
        {
            var secure = options with { Listen = url, PublicUrl = url, Tls = tls.Options };
            return change?.Invoke(secure) ?? secure;
        });
    }

    static HttpClient Client(DevTls tls) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { X509Certificate2.CreateFromPem(File.ReadAllText(tls.AuthorityFile)) },
            },
        },
    });

    static async Task<string> ThumbprintAsync(TestServer server)
    {
        using var tcp = new System.Net.Sockets.TcpClient();
        await tcp.ConnectAsync("localhost", server.Address.Port, TestContext.Current.CancellationToken);
#pragma warning disable CA5359 // only to look at it
        await using var ssl = new SslStream(tcp.GetStream(), false, static (_, _, _, _) => true);
#pragma warning restore CA5359
        await ssl.AuthenticateAsClientAsync("localhost");
        return ssl.RemoteCertificate!.GetCertHashString();
    }
}
