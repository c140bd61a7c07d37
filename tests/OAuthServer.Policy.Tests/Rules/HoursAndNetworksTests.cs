using OAuthServer.Policy.Hours;
using static OAuthServer.Policy.Tests.RuleNames;

namespace OAuthServer.Policy.Tests.Rules;

public class HoursAndNetworksTests
{
    public static TheoryData<LoginChannel> Channels => new(Enum.GetValues<LoginChannel>());

    [Theory]
    [MemberData(nameof(Channels))]
    public void Login_hours_hold_on_every_channel(LoginChannel channel) => Logins.On(channel)
        .WithProfile(p => p with { Hours = new LoginHours(TimeZoneInfo.Utc, []) })
        .MustBeRefused(WithinLoginHours, DenyReason.OutsideLoginHours);

    [Theory]
    [MemberData(nameof(Channels))]
    public void Login_ranges_hold_on_every_channel(LoginChannel channel)
    {
        var login = Logins.On(channel).WithProfile(p => p with { LoginRanges = Logins.Range });
        login.MustBeRefused(FromPermittedNetwork, DenyReason.OutsideLoginRanges);
        login.ComingFrom(Logins.InOffice).MustBeRefused(FromPermittedNetwork, DenyReason.OutsideLoginRanges);
        login.ComingFrom(null).MustBeRefused(FromPermittedNetwork, DenyReason.OutsideLoginRanges);
        login.ComingFrom(Logins.InRange).MustPass();
    }

    [Theory]
    [MemberData(nameof(Channels))]
    public void Apps_relax_login_ranges_for_code_device_and_refresh_only(LoginChannel channel)
    {
        foreach (var relaxation in Enum.GetValues<IpRelaxation>())
        {
            foreach (var device in new[] { null, new DeviceFacts(IsKnown: false), new DeviceFacts(IsKnown: true) })
            {
                var verdict = (Logins.On(channel) with { App = Logins.App with { IpRelaxation = relaxation }, Device = device })
                    .WithProfile(p => p with { LoginRanges = Logins.Range })
                    .VerdictOf(FromPermittedNetwork);
                Assert.Equal(IsRelaxed(channel, relaxation, device), verdict is Verdict.Passed);
            }
        }
    }

    [Fact]
    public void Unknown_address_is_in_no_trusted_network() => Logins.Program
        .Proving(Proof.Password)
        .ComingFrom(null)
        .MustBeRefused(SecurityTokenOffTrustedNetwork, DenyReason.SecurityTokenRequired);

    static bool IsRelaxed(LoginChannel channel, IpRelaxation relaxation, DeviceFacts? device) => (channel, relaxation) switch
    {
        (LoginChannel.AuthorizationCode or LoginChannel.Device, IpRelaxation.Relax) => true,
        (LoginChannel.AuthorizationCode or LoginChannel.Device, IpRelaxation.RelaxForKnownDevices) => device?.IsKnown == true,
        (LoginChannel.RefreshToken, IpRelaxation.Relax or IpRelaxation.EnforceExceptRefresh) => true,
        _ => false,
    };
}
