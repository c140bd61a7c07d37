using System.Net;
using System.Text.Json.Nodes;
using OAuthServer.Data;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Login;

/// <summary>A trusted network as it was when a way was closed or protected.</summary>
/// <param name="Name">What it was called.</param>
/// <param name="Range">Its addresses.</param>
public sealed record KeptNetwork(string Name, string Range);

/// <summary>
/// From where a way comes, as it was when an administrator decided about it. A way is known by its trusted network's name; whoever renames,
/// adds or removes a network later must not open a closed way by that, so what the name meant is kept with the decision.
/// </summary>
public static class WayNetworks
{
    /// <summary>The networks that a way's own network is to be told by: those that bear its name, and those that hold some of the same addresses.</summary>
    /// <param name="network">The way's network.</param>
    /// <param name="trusted">The trusted networks now.</param>
    /// <param name="seen">The addresses it came from, for a name that no network bears any more.</param>
    public static IReadOnlyList<KeptNetwork> Of(string network, NetworkList trusted, IEnumerable<string> seen)
    {
        var own = trusted.Ranges.Where(range => range.Label == network).ToList();
        var gone = own.Count > 0 ? [] : IpRange.TryParse(network) is null ? seen : [network];
        own.AddRange(gone.Select(range => IpRange.TryParse(range, network)).OfType<IpRange>());
        return
        [
            .. trusted.Ranges.Concat(own.Except(trusted.Ranges))
                .Where(range => own.Exists(part => part.Start <= range.End && range.Start <= part.End)).Select(range => new KeptNetwork(range.Label, range.ToString())),
        ];
    }

    /// <summary>True when an address was in the network then.</summary>
    /// <param name="kept">The networks that were kept.</param>
    /// <param name="network">The way's network.</param>
    /// <param name="address">The address; null when unknown.</param>
    public static bool Hold(NetworkList kept, string network, IPAddress? address) => WayKey.NetworkOf(kept.Find(address)?.Label, address) == network;

    /// <summary>What an integration's plan keeps; null where nothing was kept.</summary>
    internal static NetworkList? KeptBy(string? plan) => plan is null || JsonNode.Parse(plan)?["networks"] is not JsonArray kept ? null
        : ListOf(kept.Select(node => SettingsJson.Read<KeptNetwork>(node!.ToJsonString())));

    /// <summary>The networks that were kept, to be looked into.</summary>
    internal static NetworkList ListOf(IEnumerable<KeptNetwork> kept) => new([.. kept.Select(network => IpRange.TryParse(network.Range, network.Name)).OfType<IpRange>()]);
}
