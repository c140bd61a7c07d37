using System.Net;

namespace OAuthServer.Policy.Networks;

/// <summary>Ranges of addresses, in the order they were written.</summary>
/// <param name="Ranges">The ranges.</param>
public sealed record NetworkList(IReadOnlyList<IpRange> Ranges)
{
    /// <summary>No range at all.</summary>
    public static NetworkList Empty { get; } = new([]);

    /// <summary>True when there is no range.</summary>
    public bool IsEmpty => Ranges.Count == 0;

    /// <summary>The first range that holds the address; null when none does or the address is unknown.</summary>
    public IpRange? Find(IPAddress? address)
    {
        if (address is null)
        {
            return null;
        }

        // By index and with the number read once: every login passes here, most of them more than once.
        var number = IpRange.NumberOf(address);
        for (var i = 0; i < Ranges.Count; i++)
        {
            if (Ranges[i].Contains(number))
            {
                return Ranges[i];
            }
        }

        return null;
    }

    /// <summary>True when some range holds the address.</summary>
    public bool Contains(IPAddress? address) => Find(address) is not null;
}
