using System.Net;
using System.Net.Sockets;

namespace OAuthServer.Login;

/// <summary>
/// What tells one way in from another: whose account, through which app, from which network, by which program. The records of a way
/// are summarised under it, and a closed way is refused by it; so both read it here.
/// </summary>
/// <param name="UserId">The account.</param>
/// <param name="ClientId">The app; empty where there is none.</param>
/// <param name="Network">The trusted network's name, else the address's /24 or /64; empty when unknown.</param>
/// <param name="Client">The program as it calls itself, without its version; empty when it does not.</param>
public readonly record struct WayKey(string UserId, string ClientId, string Network, string Client)
{
    const int MaxClient = 60;

    /// <summary>The network of an address.</summary>
    /// <param name="trustedNetwork">The trusted network it is in; null for none.</param>
    /// <param name="address">The address; null when unknown.</param>
    public static string NetworkOf(string? trustedNetwork, IPAddress? address)
    {
        if (trustedNetwork is { Length: > 0 })
            return trustedNetwork;
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        var kept = address.AddressFamily == AddressFamily.InterNetwork ? 3 : 8;
        bytes.AsSpan(kept).Clear();
        return $"{new IPAddress(bytes)}/{kept * 8}";
    }

    /// <summary>
    /// The client: what it calls itself in its call options, else the first product of its user agent
    /// (RFC 9110 section 10.1.5) without the version, so that an update of the program is no new way.
    /// </summary>
    /// <param name="userAgent">The user agent.</param>
    /// <param name="clientVersion">The call options.</param>
    public static string ClientOf(string? userAgent, string? clientVersion)
    {
        var text = (CallOptions.Parse(clientVersion).Name ?? userAgent).AsSpan().Trim();
        var end = text.IndexOfAny("/ (;,");
        var name = end < 0 ? text : text[..end];
        return (name.Length > MaxClient ? name[..MaxClient] : name).ToString();
    }
}
