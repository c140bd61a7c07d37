using OAuthServer.Hosting.Tls;

namespace OAuthServer.Tests.Support;

/// <summary>A certificate for HTTPS on this machine, made by the program's own command as it is typed.</summary>
public sealed class DevTls : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("oauthserver-tls-").FullName;

    /// <summary>The authority, for clients that are to trust it.</summary>
    public string AuthorityFile => Path.Combine(Folder, "ca.pem");

    public TlsOptions Options => new() { CertificateFile = Path.Combine(Folder, "server.pem"), KeyFile = Path.Combine(Folder, "server.key") };

    /// <summary>Runs the command, and looks at what it says.</summary>
    public static async Task<DevTls> MakeAsync()
    {
        var made = new DevTls();
        var (code, output) = await ServerProcess.RunAsync("dev-cert", "--folder", made.Folder, "--host", "login.example.test");
        Assert.True(code == 0, output);
        Assert.Contains("NODE_EXTRA_CA_CERTS=" + made.AuthorityFile, output, StringComparison.Ordinal);
        return made;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
