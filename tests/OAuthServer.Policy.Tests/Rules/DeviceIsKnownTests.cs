using static OAuthServer.Policy.Tests.RuleNames;

namespace OAuthServer.Policy.Tests.Rules;

public class DeviceIsKnownTests
{
    static readonly LoginFacts Stranger = Logins.Person with { Device = new DeviceFacts(IsKnown: false) };

    [Theory]
    [InlineData(LoginChannel.Browser)]
    [InlineData(LoginChannel.AuthorizationCode)]
    [InlineData(LoginChannel.Device)]
    public void Strange_browser_is_made_known_by_a_mailed_code(LoginChannel channel)
    {
        Stranger.Through(channel).MustBeAsked(DeviceIsKnown, ChallengeKind.EmailCode);
        (Stranger.Through(channel) with { Device = null }).MustBeAsked(DeviceIsKnown, ChallengeKind.EmailCode);
    }

    [Fact]
    public void Passkey_that_does_not_count_as_second_factor_does_not_spare_the_code() => Stranger
        .WithUser(u => u with { Enrolled = Proof.Passkey })
        .WithProfile(p => p with { SecondFactorKinds = Proof.Totp })
        .MustBeAsked(DeviceIsKnown, ChallengeKind.EmailCode);

    [Fact]
    public void Known_browser_passes() => Logins.Person.MustPass();

    [Fact]
    public void Mailed_code_passes() => Stranger.Proving(Proof.Password | Proof.EmailCode).MustPass();

    [Fact]
    public void Trusted_network_passes() => Stranger.ComingFrom(Logins.InOffice).MustPass();

    [Fact]
    public void Login_range_passes() =>
        Stranger.WithProfile(p => p with { LoginRanges = Logins.Range }).ComingFrom(Logins.InRange).MustPass();

    [Fact]
    public void Very_first_login_passes() => Stranger.WithUser(u => u with { IsFirstLogin = true }).MustPass();

    [Fact]
    public void Identity_provider_passes() => Stranger.WithProfile(p => p with { Sso = SsoMode.Offered }).Proving(Proof.SsoAssertion).MustPass();

    [Fact]
    public void Enrolled_second_factor_is_asked_for_instead() => Stranger
        .WithUser(u => u with { Enrolled = Proof.Totp })
        .MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.Totp, ChallengeKind.RecoveryCode);
}
