using System.Net;
using OAuthServer.Configuration;
using OAuthServer.Http;

namespace OAuthServer.Hosting.Configuration;

/// <summary>Where to listen, what the world calls this server, whose forwarded headers count, where telemetry goes.</summary>
static class AddressRules
{
    internal static void Check(ServerFile file, FileReport report)
    {
        Listen(file.Listen, report);
        PublicUrl(file.PublicUrl, file.AllowInsecurePublicUrl, report);
        foreach (var (index, address) in file.TrustedProxies.Addresses.Index())
        {
            if (!IsAddressOrNetwork(address))
                report.Add($"trustedProxies.addresses[{index}]", $"\"{address}\" is neither an address nor a network; write 10.0.0.7 or 10.0.0.0/24.");
        }
        if (file.Telemetry.OtlpEndpoint is { } endpoint && !IsPlainWebAddress(endpoint))
            report.Add("telemetry.otlpEndpoint", "is not an absolute http or https URL; write one such as \"http://localhost:4318\".");
    }

    static void Listen(string listen, FileReport report)
    {
        foreach (var address in listen.Split(';'))
        {
            if (!IsBinding(address))
                report.Add("listen", $"\"{address}\" is not an address to listen on; write one such as \"http://localhost:5000\".");
        }
    }

    static bool IsBinding(string address)
    {
        try
        {
            var binding = BindingAddress.Parse(address);
            return binding.Scheme is "http" or "https" && binding.Port is >= 0 and <= 65535 && binding.PathBase.Length == 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    static void PublicUrl(string text, bool allowInsecure, FileReport report)
    {
        const string Path = "publicUrl";
        if (!IsPlainWebAddress(text))
            report.Add(Path, "is not an absolute http or https URL without user, query and fragment; write one such as \"https://login.example.com\".");
        else if (text.EndsWith('/'))
            report.Add(Path, "ends with a slash; remove it.");
        else if (new Uri(text) is { Scheme: "http" } url && !ThisMachine.IsNamed(url.Host) && !allowInsecure)
            report.Add(Path, "is http on a host that is not this machine; use https (or, for a test, \"allowInsecurePublicUrl\": true).");
    }

    static bool IsPlainWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" && url.Host.Length > 0 && url.UserInfo.Length == 0 && !text.AsSpan().ContainsAny("?# ");

    static bool IsAddressOrNetwork(string text) =>
        text.Contains('/', StringComparison.Ordinal)
            ? IPNetwork.TryParse(text, out _)
            : IPAddress.TryParse(text, out _) && (text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3);
}
