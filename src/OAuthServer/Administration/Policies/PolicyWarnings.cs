using System.Numerics;
using OAuthServer.Orgs;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Administration.Policies;

/// <summary>What may be saved and is worth a second look.</summary>
public static class PolicyWarnings
{
    // A company with a whole /16 of its own is rare, one with more than a /32 of IPv6 rarer.
    static readonly UInt128 ManyIPv4 = UInt128.One << 16;
    static readonly UInt128 ManyIPv6 = UInt128.One << 96;

    public static IReadOnlyList<string> Of(PolicyEdit edit) => edit switch
    {
        PolicyEdit.OfNetworks networks => [.. networks.Networks.Select(OfNetwork).OfType<string>()],
        PolicyEdit.OfProfile profile => [.. profile.Settings.LoginRanges.Select(range => OfRange(range)).OfType<string>()],
        _ => [],
    };

    /// <summary>Why a trusted network is wider than networks of one company are; null when it is not.</summary>
    public static string? OfNetwork(NetworkRange network) => OfRange(network.Range) is { } warning ? $"{network.Name}: {warning}" : null;

    static string? OfRange(string text)
    {
        if (IpRange.TryParse(text) is not { } range)
            return null;
        var size = range.End - range.Start + UInt128.One;
        var isIPv4 = range.FirstAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        if (size <= (isIPv4 ? ManyIPv4 : ManyIPv6))
            return null;
        return isIPv4
            ? $"{text} holds {(BigInteger)size:N0} addresses, far more than one company's network: whoever is in it is taken for trusted."
            : $"{text} is wider than a /32 of IPv6, far more than one company's network: whoever is in it is taken for trusted.";
    }
}
