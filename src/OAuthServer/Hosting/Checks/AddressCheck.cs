using OAuthServer.Http;

namespace OAuthServer.Hosting.Checks;

/// <summary>Do the public URL and the address to listen on fit together?</summary>
static class AddressCheck
{
    const string Subject = "public URL";

    internal static void Run(ServerOptions options, List<Finding> findings)
    {
        var url = new Uri(options.PublicUrl);
        var bindings = options.Listen.Split(';').Select(BindingAddress.Parse).ToList();
        var here = ThisMachine.IsNamed(url.Host);
        if (here && !bindings.TrueForAll(binding => ThisMachine.IsNamed(binding.Host)))
            findings.Warn(Subject, $"{options.PublicUrl} is this machine only, but the server listens for others too ({options.Listen}); change one of them.");
        else if (here && !bindings.Exists(binding => binding.Port == url.Port))
            findings.Warn(Subject, $"{options.PublicUrl} has another port than listen ({options.Listen}); change one of them.");
        else if (!here && url.Scheme == "http")
            findings.Warn(Subject, $"{options.PublicUrl} is not encrypted; passwords travel in the clear. Use https.");
        else if (url.Scheme == "https" && !bindings.Exists(binding => binding.Scheme == "https") && options.TrustedProxies.Addresses.Count == 0)
            findings.Warn(Subject, $"{options.PublicUrl} is https and the server listens on http: list the proxy that ends TLS in trustedProxies.addresses.");
        else
            findings.Ok(Subject, $"{options.PublicUrl}, listening on {options.Listen}.");
    }
}
