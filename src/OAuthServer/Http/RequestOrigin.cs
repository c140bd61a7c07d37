using System.Net;

namespace OAuthServer.Http;

/// <summary>Where a request came from, as far as it can be believed.</summary>
/// <param name="Address">The caller's address, IPv4-mapped addresses unmapped; null when a trusted proxy named none that can be read, which is never trusted.</param>
/// <param name="Hop"><c>peer</c>, or the proxy whose forwarded header was believed.</param>
public sealed record RequestOrigin(IPAddress? Address, string Hop);

/// <summary>
/// The only reader of the peer address. X-Forwarded-For is believed from listed proxies alone, from the right, as many hops as
/// are configured and not past the first address that is no proxy; from anybody else it changes nothing. No other header counts.
/// </summary>
public sealed class RequestOrigins(IReadOnlyList<IPNetwork> proxies, int hops)
{
    public RequestOrigin Of(HttpContext context)
    {
#pragma warning disable RS0030 // this is the one place
        var peer = Unmapped(context.Connection.RemoteIpAddress);
#pragma warning restore RS0030
        if (peer is null || !IsProxy(peer))
            return new(peer, "peer");
        var forwarded = string.Join(',', (IEnumerable<string?>)context.Request.Headers["X-Forwarded-For"]).Split(',');
        // A proxy that names nobody leaves the caller unknown: its own address may lie in a trusted network, and whoever comes
        // through it does not for that.
        IPAddress? address = null;
        for (var i = 0; i < hops && i < forwarded.Length; i++)
        {
            var entry = forwarded[^(i + 1)].Trim();
            address = Unmapped(Parse(entry));
            if (address is null || !IsProxy(address))
                break;
        }
        return new(address, peer.ToString());
    }

    bool IsProxy(IPAddress address)
    {
        foreach (var network in proxies)
        {
            if (network.Contains(address))
                return true;
        }
        return false;
    }

    /// <summary>An entry may carry a port, an IPv6 address brackets.</summary>
    static IPAddress? Parse(string entry)
    {
        if (entry.StartsWith('['))
            return entry.IndexOf(']', StringComparison.Ordinal) is > 0 and var end && IPAddress.TryParse(entry[1..end], out var v6) ? v6 : null;
        if (entry.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon && entry.LastIndexOf(':') == colon)
            entry = entry[..colon];
        return IPAddress.TryParse(entry, out var address) && (entry.Contains(':', StringComparison.Ordinal) || entry.Count(c => c == '.') == 3) ? address : null;
    }

    static IPAddress? Unmapped(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
