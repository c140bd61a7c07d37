using System.Globalization;
using OAuthServer.Http;

namespace OAuthServer.Hosting.Tls;

/// <summary>Tells browsers to keep to HTTPS (RFC 6797), in answers that came by it. Not for names of this machine, which other servers share.</summary>
static class StrictTransport
{
    internal static void UseStrictTransport(this WebApplication app, ServerOptions options)
    {
        if (options.Tls is not { HstsDays: > 0 and var days } || ThisMachine.IsNamed(new Uri(options.PublicUrl).Host))
            return;
        var value = $"max-age={(days * 86_400L).ToString(CultureInfo.InvariantCulture)}";
        app.Use((context, next) =>
        {
            if (context.Request.IsHttps)
                context.Response.Headers.StrictTransportSecurity = value;
            return next(context);
        });
    }
}
