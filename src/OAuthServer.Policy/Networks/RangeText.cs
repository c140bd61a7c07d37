namespace OAuthServer.Policy.Networks;

/// <summary>The three ways to write a range: <c>a</c>, <c>a-b</c>, <c>a/prefix</c>; blanks around an address are let go.</summary>
static class RangeText
{
    internal static bool TryRead(ReadOnlySpan<char> text, out UInt128 start, out UInt128 end)
    {
        var slash = text.IndexOf('/');
        if (slash >= 0)
        {
            return TryReadNetwork(text[..slash].Trim(), text[(slash + 1)..].Trim(), out start, out end);
        }

        var dash = text.IndexOf('-');
        if (dash >= 0)
        {
            end = 0;
            return AddressText.TryRead(text[..dash].Trim(), out start) && AddressText.TryRead(text[(dash + 1)..].Trim(), out end);
        }

        var isAddress = AddressText.TryRead(text.Trim(), out start);
        end = start;
        return isAddress;
    }

    // Bits behind the prefix are let go: 10.1.2.3/8 is the network in which 10.1.2.3 lies.
    static bool TryReadNetwork(ReadOnlySpan<char> address, ReadOnlySpan<char> prefix, out UInt128 start, out UInt128 end)
    {
        end = 0;
        var width = address.Contains(':') ? 128 : 32;
        if (!AddressText.TryRead(address, out start) || AddressText.SmallNumber(prefix, width) is not { } length)
        {
            return false;
        }

        var free = width - length;
        var hostBits = free == 128 ? UInt128.MaxValue : (UInt128.One << free) - UInt128.One;
        end = start | hostBits;
        start &= ~hostBits;
        return true;
    }
}
