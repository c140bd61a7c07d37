using System.Net;

namespace OAuthServer.Http;

/// <summary>Where a request came from, as far as it can be believed.</summary>
/// <param name="Address">The caller's address, IPv4-mapped addresses unmapped; null when a trusted proxy named none that can be read, which is never trusted.</param>
/// <param name="Hop"><c>peer</c>, or the proxy whose forwarded header was believed.</param>
public sealed record RequestOrigin(IPAddress? Address, string Hop);

/// <summary>What was made of one hop on a request's way.</summary>
public enum HopVerdict
{
    /// <summary>This is the caller.</summary>
    Caller,

    /// <summary>A listed proxy: what it says of the hop before it is believed.</summary>
    Proxy,

    /// <summary>A listed proxy wrote it, and it is no address: the caller stays unknown.</summary>
    Unreadable,

    /// <summary>Not read: whoever sent it is no listed proxy, and can write what it likes.</summary>
    NotFromProxy,

    /// <summary>Not read: it stands behind the caller, who can write what it likes.</summary>
    BehindCaller,

    /// <summary>Not read: more hops than are configured.</summary>
    TooManyHops,
}

/// <summary>One hop: the peer, or an entry of X-Forwarded-For.</summary>
/// <param name="Text">As it came.</param>
/// <param name="Verdict">What was made of it.</param>
public sealed record RequestHop(string Text, HopVerdict Verdict);

/// <summary>A request's way, hop by hop.</summary>
/// <param name="Origin">What came of it.</param>
/// <param name="Hops">The peer first, then the entries of X-Forwarded-For from the right.</param>
/// <param name="UnreadHeaders">Headers that were there, name a caller elsewhere, and count for nothing here.</param>
public sealed record RequestTrail(RequestOrigin Origin, IReadOnlyList<RequestHop> Hops, IReadOnlyList<string> UnreadHeaders);

/// <summary>
/// The only reader of the peer address. X-Forwarded-For is believed from listed proxies alone, from the right, as many hops as
/// are configured and not past the first address that is no proxy; from anybody else it changes nothing. No other header counts.
/// </summary>
public sealed class RequestOrigins(IReadOnlyList<IPNetwork> proxies, int hops)
{
    const string Header = "X-Forwarded-For";

    /// <summary>Headers by which others name a caller, and which count for nothing here.</summary>
    static readonly string[] Unread = ["Forwarded", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP"];

    /// <summary>How many entries a description shows; nobody has so many proxies.</summary>
    const int MostShown = 30;

    /// <summary>Whether any proxy is listed, and how many hops are read.</summary>
    public (bool HasProxies, int Hops) Settings => (proxies.Count > 0, hops);

    public RequestOrigin Of(HttpContext context) => Walk(context, null);

    /// <summary>The same, with what was made of each hop, nearest first, and the headers that name a caller and were not read.</summary>
    public RequestTrail Describe(HttpContext context)
    {
        var seen = new List<RequestHop>();
        var origin = Walk(context, seen);
        return new(origin, seen, [.. Unread.Where(context.Request.Headers.ContainsKey)]);
    }

    RequestOrigin Walk(HttpContext context, List<RequestHop>? seen)
    {
#pragma warning disable RS0030 // this is the one place
        var peer = Unmapped(context.Connection.RemoteIpAddress);
#pragma warning restore RS0030
        var isProxied = peer is not null && IsProxy(peer);
        seen?.Add(new(peer?.ToString() ?? "", isProxied ? HopVerdict.Proxy : HopVerdict.Caller));
        var forwarded = isProxied || seen is not null ? string.Join(',', (IEnumerable<string?>)context.Request.Headers[Header]).Split(',') : [];
        if (!isProxied)
        {
            Skip(context, seen, forwarded, 0, HopVerdict.NotFromProxy);
            return new(peer, "peer");
        }
        // A proxy that names nobody leaves the caller unknown: its own address may lie in a trusted network, and whoever comes
        // through it does not for that.
        IPAddress? address = null;
        for (var i = 0; i < hops && i < forwarded.Length; i++)
        {
            var entry = forwarded[^(i + 1)].Trim();
            address = Unmapped(Parse(entry));
            var isLast = address is null || !IsProxy(address);
            var verdict = address is null ? HopVerdict.Unreadable : isLast || i + 1 == hops || i + 1 == forwarded.Length ? HopVerdict.Caller : HopVerdict.Proxy;
            seen?.Add(new(Bounded(entry), verdict));
            if (isLast || i + 1 == hops)
            {
                Skip(context, seen, forwarded, i + 1, isLast ? HopVerdict.BehindCaller : HopVerdict.TooManyHops);
                break;
            }
        }
        return new(address, peer!.ToString());
    }

    /// <summary>What stands further left was not read.</summary>
    static void Skip(HttpContext context, List<RequestHop>? seen, string[] forwarded, int from, HopVerdict why)
    {
        if (seen is null || !context.Request.Headers.ContainsKey(Header))
            return;
        for (var i = from; i < forwarded.Length && seen.Count < MostShown; i++)
            seen.Add(new(Bounded(forwarded[^(i + 1)].Trim()), why));
    }

    static string Bounded(string entry) => entry.Length > 60 ? entry[..60] + "…" : entry;

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
