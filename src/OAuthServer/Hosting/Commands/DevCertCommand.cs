using System.CommandLine;
using System.Net;
using OAuthServer.Hosting.Tls;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>dev-cert</c>: a certificate to try HTTPS with on this machine.</summary>
static class DevCertCommand
{
    static readonly string[] ThisMachine = ["localhost", "127.0.0.1", "::1"];

    internal static Command New()
    {
        var folder = new Option<DirectoryInfo>("--folder") { Description = "Where the files are made.", DefaultValueFactory = _ => new("data/tls") };
        var hosts = new Option<string[]>("--host") { Description = "A name or address to call the server by, besides localhost; may be given several times." };
        var command = new Command("dev-cert", "Make a local certificate authority and a certificate for HTTPS, and say how to trust it.") { folder, hosts };
        command.SetAction(parsed => WhichServer.RunAsync(() => Task.FromResult(Run(parsed.GetValue(folder)!.FullName, parsed.GetValue(hosts) ?? []))));
        return command;
    }

    static int Run(string folder, string[] more)
    {
        foreach (var host in more.Where(host => Uri.CheckHostName(host) == UriHostNameType.Unknown && !IPAddress.TryParse(host, out _)))
            throw new InvalidOperationException($"\"{host}\" is neither a name nor an address; write one such as login.example.test.");
        DevCertificate.Make(folder, [.. ThisMachine.Concat(more).Distinct(StringComparer.OrdinalIgnoreCase)], TimeProvider.System.GetUtcNow());
        string File(string name) => Path.Combine(folder, name);
        Console.WriteLine($$"""
            Made {{File(DevCertificate.CertificateFile)}} and {{File(DevCertificate.KeyFile)}}, issued by {{File(DevCertificate.AuthorityFile)}}, good for 397 days.

            In config/server.json:
                "publicUrl": "https://localhost:5001",
                "listen": "https://localhost:5001",
                "tls": { "certificate": "{{File(DevCertificate.CertificateFile)}}", "key": "{{File(DevCertificate.KeyFile)}}" }

            Trust it, where clients need it:
                curl       curl --cacert {{File(DevCertificate.AuthorityFile)}} https://localhost:5001/services/data
                Node.js    export NODE_EXTRA_CA_CERTS={{File(DevCertificate.AuthorityFile)}}      (jsforce, sf CLI)
                Python     export REQUESTS_CA_BUNDLE={{File(DevCertificate.AuthorityFile)}}       (simple-salesforce)
                Java       keytool -importcert -noprompt -alias oauthserver-dev -file {{File(DevCertificate.AuthorityFile)}} -cacerts -storepass changeit      (Data Loader, WSC)
                Debian     sudo cp {{File(DevCertificate.AuthorityFile)}} /usr/local/share/ca-certificates/oauthserver-dev.crt && sudo update-ca-certificates      (.NET, Ruby, Go)
                Fedora     sudo cp {{File(DevCertificate.AuthorityFile)}} /etc/pki/ca-trust/source/anchors/oauthserver-dev.pem && sudo update-ca-trust
                macOS      sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {{File(DevCertificate.AuthorityFile)}}
                Windows    certutil -addstore -f Root {{File(DevCertificate.AuthorityFile)}}      (as administrator)
                Browser    import {{File(DevCertificate.AuthorityFile)}} among its authorities, for websites

            The authority's key is kept nowhere: nothing more can be issued in its name.
            """);
        return 0;
    }
}
