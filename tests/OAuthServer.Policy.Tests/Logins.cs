using System.Net;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Policy.Tests;

/// <summary>Logins that work. A test starts from one of them and breaks one thing.</summary>
static class Logins
{
    /// <summary>A Wednesday.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    public static readonly IPAddress Outside = IPAddress.Parse("203.0.113.9");
    public static readonly IPAddress InOffice = IPAddress.Parse("198.51.100.7");
    public static readonly IPAddress InRange = IPAddress.Parse("192.0.2.5");

    public static readonly NetworkList Office = Networks("198.51.100.0/24", "Office");
    public static readonly NetworkList Range = Networks("192.0.2.0/24", "Plant");

    public static readonly IReadOnlySet<LoginChannel> Everywhere = Enum.GetValues<LoginChannel>().ToHashSet();

    public static readonly OrgFacts Org = new("org", OrgStatus.Open, PasswordGrantEnabled: true, SoapLoginEnabled: true, Office);
    public static readonly ProfileFacts Standard = new() { Id = "p1", Version = 1, Name = "Standard", Doors = Everywhere };
    public static readonly UserFacts User = new() { Id = "u1", PasswordChangedAt = Noon.AddDays(-10) };

    public static readonly AppFacts App =
        new("client", IsActive: true, Everywhere, RequiresPreapproval: false, IsPreapproved: false, IpRelaxation.Enforce);

    /// <summary>An old way that an administrator closed.</summary>
    public static readonly OldWay Closed = new("i1", Until: null);

    /// <summary>An old way in a brown-out that goes on for an hour.</summary>
    public static readonly OldWay BrownedOut = new("b1", Noon.AddHours(1));

    /// <summary>A program from outside with password and security token.</summary>
    public static readonly LoginFacts Program = new(
        LoginChannel.PasswordGrant, Noon, Outside, Org, Standard, User, App, Device: null,
        Evidence.Of(Proof.Password | Proof.SecurityToken));

    /// <summary>A person from outside with a password at a known browser.</summary>
    public static readonly LoginFacts Person = new(
        LoginChannel.Browser, Noon, Outside, Org, Standard, User, App: null, new DeviceFacts(IsKnown: true), Evidence.Of(Proof.Password));

    /// <summary>A login from outside that works on this channel.</summary>
    public static LoginFacts On(LoginChannel channel) => channel switch
    {
        LoginChannel.Browser => Person,
        LoginChannel.AuthorizationCode or LoginChannel.Device => Person with { Channel = channel, App = App },
        LoginChannel.PasswordGrant => Program,
        LoginChannel.SoapLogin => Program with { Channel = channel, App = null },
        LoginChannel.JwtBearer => Program.Through(channel).Proving(Proof.ClientAssertion),
        LoginChannel.SamlBearer => Program.Through(channel).Proving(Proof.SsoAssertion).WithProfile(p => p with { Sso = SsoMode.Offered }),
        LoginChannel.ClientCredentials => Program.Through(channel).Proving(Proof.ClientSecret),
        LoginChannel.RefreshToken => Program.Through(channel).Proving(Proof.RefreshToken),
        LoginChannel.TokenExchange => Program.Through(channel).Proving(Proof.SsoAssertion).WithProfile(p => p with { Sso = SsoMode.Offered }),
    };

    public static NetworkList Networks(string range, string name = "") => new([IpRange.TryParse(range, name)!]);

    public static LoginFacts Through(this LoginFacts facts, LoginChannel channel) => facts with { Channel = channel };

    public static LoginFacts ComingFrom(this LoginFacts facts, IPAddress? address) => facts with { From = address };

    public static LoginFacts Proving(this LoginFacts facts, Proof proofs) => facts with { Evidence = Evidence.Of(proofs) };

    public static LoginFacts Flawed(this LoginFacts facts, CredentialFlaw flaw) =>
        facts with { Evidence = facts.Evidence with { Flaw = flaw } };

    public static LoginFacts WithOrg(this LoginFacts facts, Func<OrgFacts, OrgFacts> change) => facts with { Org = change(facts.Org) };

    public static LoginFacts WithProfile(this LoginFacts facts, Func<ProfileFacts, ProfileFacts> change) =>
        facts with { Profile = change(facts.Profile) };

    public static LoginFacts WithUser(this LoginFacts facts, Func<UserFacts, UserFacts> change) => facts with { User = change(facts.User) };

    public static LoginFacts WithApp(this LoginFacts facts, Func<AppFacts, AppFacts> change) => facts with { App = change(facts.App!) };
}
