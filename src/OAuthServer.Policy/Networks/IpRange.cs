using System.Net;

namespace OAuthServer.Policy.Networks;

/// <summary>
/// An inclusive range of addresses. IPv4 lives in ::ffff:0:0/96, so an IPv4-mapped IPv6 address equals its IPv4.
/// </summary>
/// <param name="Start">The first address, as a number.</param>
/// <param name="End">The last address, as a number.</param>
/// <param name="Name">What administrators call it; may be empty.</param>
public sealed record IpRange(UInt128 Start, UInt128 End, string Name)
{
    /// <summary>Reads <c>a</c>, <c>a-b</c> or <c>a/prefix</c>; null when it is none of them, ends before it starts, or mixes families.</summary>
    public static IpRange? TryParse(string text, string name = "") => throw new NotSupportedException();

    /// <summary>True when the address lies inside, both ends included. An unknown address (null) never does.</summary>
    public bool Contains(IPAddress? address) => throw new NotSupportedException();

    /// <summary>The address as a number, IPv4 mapped into IPv6.</summary>
    public static UInt128 NumberOf(IPAddress address) => throw new NotSupportedException();

    /// <summary>The range as <c>start-end</c>, in the family it was written in.</summary>
    public override string ToString() => throw new NotSupportedException();
}
