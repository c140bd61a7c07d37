using System.Buffers.Binary;
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
    static readonly UInt128 FirstIPv4 = new(0, 0xffff_0000_0000);
    static readonly UInt128 LastIPv4 = new(0, 0xffff_ffff_ffff);

    /// <summary>The first address, as an address.</summary>
    public IPAddress FirstAddress => AddressOf(Start);

    /// <summary>The name, or the range itself when it has none.</summary>
    public string Label => Name.Length > 0 ? Name : ToString();

    /// <summary>Reads <c>a</c>, <c>a-b</c> or <c>a/prefix</c>; null when it is none of them, ends before it starts, or mixes families.</summary>
    /// <remarks>
    /// An IPv6 range that holds the IPv4 addresses among others, such as <c>::/0</c>, mixes families (as with the vendor):
    /// nobody who writes it means both. All of today's IPv6 is <c>2000::/3</c>, all of IPv4 <c>0.0.0.0/0</c>.
    /// </remarks>
    public static IpRange? TryParse(string text, string name = "")
    {
        if (RangeText.TryRead(text, out var start, out var end) && start <= end && IsOfOneFamily(start, end))
        {
            return new(start, end, name);
        }

        return null;
    }

    /// <summary>True when the address lies inside, both ends included. An unknown address (null) never does.</summary>
    public bool Contains(IPAddress? address) => address is not null && Contains(NumberOf(address));

    /// <summary>True when the address with this number lies inside.</summary>
    public bool Contains(UInt128 number) => Start <= number && number <= End;

    /// <summary>The address as a number, IPv4 mapped into IPv6. A scope id (RFC 4007) is no part of it.</summary>
    public static UInt128 NumberOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        return written == 4
            ? FirstIPv4 | BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>The range as <c>start-end</c>, in the family it was written in.</summary>
    public override string ToString() => $"{AddressOf(Start)}-{AddressOf(End)}";

    static bool IsIPv4(UInt128 number) => FirstIPv4 <= number && number <= LastIPv4;

    static bool IsOfOneFamily(UInt128 start, UInt128 end) =>
        (IsIPv4(start) && IsIPv4(end)) || end < FirstIPv4 || start > LastIPv4;

    static IPAddress AddressOf(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new(IsIPv4(number) ? bytes[12..] : bytes);
    }
}
