using System.Security.Authentication;

namespace OAuthServer.Hosting.Tls;

/// <summary>Makes Kestrel speak HTTPS at its https addresses, with the certificate of the moment.</summary>
static class TlsListening
{
    internal static void UseTls(this WebApplicationBuilder builder, TlsOptions options)
    {
        builder.Services.AddSingleton(services => new ServerCertificate(options, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ServerCertificate>>()));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var certificate = kestrel.ApplicationServices.GetRequiredService<ServerCertificate>();
            kestrel.ConfigureHttpsDefaults(https =>
            {
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                https.ServerCertificateSelector = (_, _) => certificate.Current.TargetCertificate; // without one Kestrel asks for it at start
                https.OnAuthenticate = (_, connection) =>
                {
                    // The whole chain, which a selector cannot say.
                    connection.ServerCertificateSelectionCallback = null;
                    connection.ServerCertificateContext = certificate.Current;
                };
            });
        });
    }
}
