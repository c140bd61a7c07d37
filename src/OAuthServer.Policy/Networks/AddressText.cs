using System.Buffers;
using System.Net;

namespace OAuthServer.Policy.Networks;

/// <summary>
/// Addresses as people write them, and no other way. The platform also reads <c>1</c>, <c>0x7f.1</c> and <c>010.0.0.1</c>
/// (octal), as well as brackets and ports: in a list that lets people in, each is a typing error.
/// </summary>
static class AddressText
{
    static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    internal static bool TryRead(ReadOnlySpan<char> text, out UInt128 number)
    {
        number = 0;
        var colon = text.LastIndexOf(':');
        if (colon >= 0 && text.IndexOf('%') is >= 0 and var scope)
        {
            text = text[..scope]; // RFC 4007: it names an interface of the writer's machine and says nothing here.
        }

        var quad = text[(colon + 1)..];
        if ((colon < 0 || quad.Contains('.')) && !IsDottedQuad(quad))
        {
            return false;
        }

        if (text.ContainsAnyExcept(IPv6Characters) || !IPAddress.TryParse(text, out var address))
        {
            return false;
        }

        number = IpRange.NumberOf(address);
        return true;
    }

    /// <summary>A decimal number from 0 to <paramref name="max"/> without sign, blanks or leading zeros; else null.</summary>
    internal static int? SmallNumber(ReadOnlySpan<char> text, int max)
    {
        var plain = text.Length is >= 1 and <= 3 && !text.ContainsAnyExceptInRange('0', '9') && (text.Length == 1 || text[0] != '0');
        if (!plain)
        {
            return null;
        }

        var value = 0;
        foreach (var digit in text)
        {
            value = (value * 10) + (digit - '0');
        }

        return value <= max ? value : null;
    }

    static bool IsDottedQuad(ReadOnlySpan<char> text)
    {
        var octets = 0;
        foreach (var part in text.Split('.'))
        {
            if (SmallNumber(text[part], 255) is null)
            {
                return false;
            }

            octets++;
        }

        return octets == 4;
    }
}
