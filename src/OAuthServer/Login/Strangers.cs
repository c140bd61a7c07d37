using OAuthServer.Policy;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Login;

/// <summary>Facts for an attempt that names nobody: open wherever a rule looks, so that only the unproven credentials speak.</summary>
static class Strangers
{
    internal static OrgFacts Org { get; } = new("", OrgStatus.Open, PasswordGrantEnabled: true, SoapLoginEnabled: true, NetworkList.Empty);

    internal static UserFacts User { get; } = new() { Id = "" };

    internal static ProfileFacts Profile { get; } = new()
    {
        Id = "",
        Version = 0,
        Name = "",
        Doors = Enum.GetValues<LoginChannel>().ToHashSet(),
        SecurityTokenOffTrustedNetworks = false,
    };
}
