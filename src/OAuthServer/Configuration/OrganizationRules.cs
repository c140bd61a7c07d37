using OAuthServer.Apps;
using OAuthServer.Orgs;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Configuration;

/// <summary>What organization.json may say.</summary>
static class OrganizationRules
{
    internal static void Check(OrganizationFile file, FileReport report)
    {
        if (file.Name is { } name && (string.IsNullOrWhiteSpace(name) || name.Length > 80))
            report.Add("name", "must be 1 to 80 characters; write the organization's name.");
        if (file.Alias is { } alias && !ProviderRules.IsAlias(alias))
            report.Add("alias", "must be 1 to 40 lower-case letters, digits and hyphens: it is a part of addresses.");
        if (file.Color is { } color && AccentColor.TryParse(color) is null)
            report.Add("color", $"\"{color}\" is not a colour; write one such as \"#1f5fbf\".");
        if (BuiltInApps.Unknown(file.BuiltInApps) is { } unknown)
            report.Add("builtInApps", $"\"{unknown}\" is none of {string.Join(", ", BuiltInApps.Switchable.Keys)}.");
        report.NoRepeats("builtInApps", file.BuiltInApps);
        CheckNetworks(file.TrustedNetworks, report);
    }

    internal static void CheckNetworks(IReadOnlyList<TrustedNetworkEntry> networks, FileReport report)
    {
        foreach (var (index, network) in networks.Index())
        {
            if (network.Name is { } label && string.IsNullOrWhiteSpace(label))
                report.Add($"trustedNetworks[{index}].name", "is empty; say whose network it is.");
            if (network.Range is { } range)
                CheckRange(range, $"trustedNetworks[{index}].range", report);
        }
        report.NoRepeats("trustedNetworks", networks);
    }

    internal static void CheckRange(string range, string path, FileReport report)
    {
        if (IpRange.TryParse(range) is null)
            report.Add(path, $"\"{range}\" is not a range of addresses; write 192.0.2.1, 192.0.2.1-192.0.2.9 or 192.0.2.0/24.");
    }
}
