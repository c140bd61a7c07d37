using System.Net;
using System.Net.Sockets;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Administration.Networks;

/// <summary>A range that the evidence speaks for.</summary>
/// <param name="Range">As it is written in a list of networks.</param>
/// <param name="Addresses">How many addresses in it were really seen.</param>
/// <param name="Size">How many addresses it holds; a double, because IPv6 is large.</param>
/// <param name="Users">How many people and programs came in from it.</param>
/// <param name="Logins">How often.</param>
/// <param name="LastAt">When last.</param>
public sealed record SuggestedNetwork(string Range, int Addresses, double Size, int Users, long Logins, DateTimeOffset LastAt);

/// <summary>A trusted network that is far wider than what is seen of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Range">Its range.</param>
/// <param name="Addresses">How many addresses in it were really seen.</param>
/// <param name="Size">How many addresses it holds.</param>
/// <param name="Instead">The ranges that the evidence speaks for; empty when nobody came.</param>
public sealed record WideNetwork(string Name, string Range, int Addresses, double Size, IReadOnlyList<string> Instead);

/// <summary>
/// Gathers addresses into ranges no wider than they show: a /28 where three of its sixteen addresses were seen, a /24 where three of its
/// /28s were such, a single address otherwise; with IPv6 a /64 where three of its addresses were seen. Pure.
/// </summary>
static class NetworkClusters
{
    const int Enough = 3;

    /// <summary>A range of so many addresses or more is looked at for being too wide.</summary>
    const double Wide = 64;

    /// <summary>So many times more addresses than were seen is too wide.</summary>
    const double TooWide = 16;

    internal static IReadOnlyList<SuggestedNetwork> Of(IEnumerable<AddressUse> uses)
    {
        var found = new List<SuggestedNetwork>();
        foreach (var net in uses.GroupBy(use => Net(use.Address, use.Address.AddressFamily == AddressFamily.InterNetwork ? 24 : 64), StringComparer.Ordinal))
        {
            var all = net.ToList();
            if (all[0].Address.AddressFamily != AddressFamily.InterNetwork)
            {
                found.AddRange(all.Count >= Enough ? [Range(net.Key, all)] : all.Select(One));
                continue;
            }
            var blocks = all.GroupBy(use => Net(use.Address, 28), StringComparer.Ordinal).ToList();
            if (blocks.Count(block => block.Count() >= Enough) >= Enough)
                found.Add(Range(net.Key, all));
            else
                found.AddRange(blocks.SelectMany(block => block.Count() >= Enough ? [Range(block.Key, [.. block])] : block.Select(One)));
        }
        return [.. found.OrderByDescending(network => network.Logins).ThenBy(network => network.Range, StringComparer.Ordinal)];
    }

    /// <summary>The networks that are far wider than what came from them.</summary>
    internal static IReadOnlyList<WideNetwork> TooWideOf(NetworkList trusted, IReadOnlyList<AddressUse> uses, IReadOnlyList<string> written)
    {
        var wide = new List<WideNetwork>();
        foreach (var (index, range) in trusted.Ranges.Index())
        {
            var size = SizeOf(range);
            var inside = uses.Where(use => range.Contains(use.Address)).ToList();
            if (size >= Wide && size > inside.Count * TooWide)
                wide.Add(new(range.Name, written[index], inside.Count, size, [.. Of(inside).Take(5).Select(network => network.Range)]));
        }
        return wide;
    }

    static SuggestedNetwork One(AddressUse use) => new(use.Address.ToString(), 1, 1, use.Users.Count, use.Logins, use.LastAt);

    static SuggestedNetwork Range(string range, List<AddressUse> uses) => new(
        range, uses.Count, SizeOf(IpRange.TryParse(range)!), uses.SelectMany(use => use.Users).Distinct(StringComparer.Ordinal).Count(), uses.Sum(use => use.Logins), uses.Max(use => use.LastAt));

    static double SizeOf(IpRange range) => (double)(range.End - range.Start) + 1;

    /// <summary>The network of so many bits that holds the address.</summary>
    static string Net(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xff << (8 - Math.Clamp(bits - i * 8, 0, 8)));
        return $"{new IPAddress(bytes)}/{bits}";
    }
}
