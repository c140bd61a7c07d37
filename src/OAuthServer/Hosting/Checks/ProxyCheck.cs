using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Hosting.Checks;

/// <summary>Does the server see its callers, or only the proxy in front? Trusted networks and login ranges depend on it.</summary>
static class ProxyCheck
{
    const string Subject = "trusted proxies";
    const int Recent = 50;
    const int Enough = 5;

    /// <param name="db">Where to look.</param>
    /// <param name="options">What is listed.</param>
    /// <param name="findings">Gets what is found.</param>
    /// <param name="orgId">Only at this organization's logins; null = at all.</param>
    internal static async Task RunAsync(ServerDb db, ServerOptions options, List<Finding> findings, string? orgId = null)
    {
        var listed = options.TrustedProxies.Addresses.Count;
        var sources = await db.LoginRecords.AsNoTracking().Where(record => orgId == null || record.OrgId == orgId).OrderByDescending(record => record.Id).Take(Recent)
            .Select(record => record.SourceAddress).ToListAsync();
        var only = sources.Distinct(StringComparer.Ordinal).ToList() is [{ } one] ? one : null;
        if (ThisMachine.IsNamed(new Uri(options.PublicUrl).Host))
            findings.Ok(Subject, listed == 0 ? "none, and the public URL is this machine." : $"{listed} listed.");
        else if (listed == 0 && sources.Count >= Enough && only is not null && IsInternal(only))
            findings.Warn(Subject, $"none listed, and the last {sources.Count} logins all came from {only}; if that is your proxy, list it in trustedProxies.addresses.");
        else
            findings.Ok(Subject, listed == 0 ? "none listed; callers connect directly." : $"{listed} listed.");
    }

    static bool IsInternal(string text) => IPAddress.TryParse(text, out var parsed) && Plain(parsed) is var address
        && (IPAddress.IsLoopback(address) || address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal
            || address.AddressFamily == AddressFamily.InterNetwork && IsPrivate(address.GetAddressBytes()));

    static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // RFC 1918, and RFC 6598 which carriers and container networks use.
    static bool IsPrivate(byte[] bytes) => bytes switch
    {
        [10, ..] or [192, 168, ..] or [172, >= 16 and <= 31, ..] or [100, >= 64 and <= 127, ..] => true,
        _ => false,
    };
}
