using static OAuthServer.Policy.Tests.RuleNames;

namespace OAuthServer.Policy.Tests.Rules;

public class SsoIsUsedWhenRequiredTests
{
    static readonly Func<ProfileFacts, ProfileFacts> Required = p => p with { Sso = SsoMode.Required };

    [Theory]
    [InlineData(LoginChannel.Browser)]
    [InlineData(LoginChannel.AuthorizationCode)]
    [InlineData(LoginChannel.Device)]
    [InlineData(LoginChannel.PasswordGrant)]
    [InlineData(LoginChannel.SoapLogin)]
    public void Local_password_is_refused_on_every_channel_that_takes_one(LoginChannel channel) =>
        Logins.On(channel).WithProfile(Required).MustBeRefused(SsoIsUsedWhenRequired, DenyReason.SsoRequired);

    [Fact]
    public void Local_passkey_is_refused() =>
        Logins.Person.WithProfile(Required).Proving(Proof.Passkey).MustBeRefused(SsoIsUsedWhenRequired, DenyReason.SsoRequired);

    [Fact]
    public void Passkey_after_the_assertion_is_its_second_factor() => Logins.Person
        .WithProfile(p => p with { Sso = SsoMode.Required, BrowserSecondFactor = BrowserSecondFactor.Always })
        .WithUser(u => u with { Enrolled = Proof.Passkey })
        .Proving(Proof.SsoAssertion | Proof.Passkey)
        .MustPass();

    [Theory]
    [InlineData(LoginChannel.JwtBearer)]
    [InlineData(LoginChannel.SamlBearer)]
    [InlineData(LoginChannel.ClientCredentials)]
    [InlineData(LoginChannel.RefreshToken)]
    [InlineData(LoginChannel.TokenExchange)]
    public void Channels_without_a_local_credential_are_not_affected(LoginChannel channel) =>
        Logins.On(channel).WithProfile(Required).MustPass();

    [Fact]
    public void Assertion_passes() => Logins.Person.WithProfile(Required).Proving(Proof.SsoAssertion).MustPass();

    [Theory]
    [InlineData(SsoMode.Off)]
    [InlineData(SsoMode.Offered)]
    public void Password_passes_where_single_sign_on_is_not_required(SsoMode sso) =>
        Logins.Person.WithProfile(p => p with { Sso = sso }).MustPass();

    [Fact]
    public void Single_sign_on_that_is_merely_offered_never_spares_the_token() => Logins.Program
        .WithProfile(p => p with { Sso = SsoMode.Offered })
        .Proving(Proof.Password)
        .MustBeRefused(SecurityTokenOffTrustedNetwork, DenyReason.SecurityTokenRequired);

    [Fact]
    public void Break_glass_administrator_is_asked_for_a_second_factor_everywhere()
    {
        var login = Logins.Person.WithProfile(Required).WithUser(u => u with { IsBreakGlass = true }).ComingFrom(Logins.InOffice);
        login.MustBeAsked(SsoIsUsedWhenRequired, ChallengeKind.Totp, ChallengeKind.RecoveryCode);
        login.WithUser(u => u with { Enrolled = Proof.Passkey })
            .MustBeAsked(SsoIsUsedWhenRequired, ChallengeKind.Totp, ChallengeKind.Passkey, ChallengeKind.RecoveryCode);
    }

    [Theory]
    [InlineData(Proof.Password | Proof.Totp)]
    [InlineData(Proof.Password | Proof.RecoveryCode)]
    [InlineData(Proof.Password | Proof.Passkey)]
    [InlineData(Proof.Passkey)]
    public void Break_glass_administrator_gets_in_with_a_second_factor(Proof proven) =>
        Logins.Person.WithProfile(Required).WithUser(u => u with { IsBreakGlass = true }).Proving(proven).MustPass();

    [Fact]
    public void Break_glass_administrator_without_second_factor_is_refused_where_nobody_can_be_asked() => Logins.Program
        .WithProfile(Required)
        .WithUser(u => u with { IsBreakGlass = true })
        .MustBeRefused(SsoIsUsedWhenRequired, DenyReason.SecondFactorRequired);

    [Theory]
    [InlineData(LoginChannel.Browser)]
    [InlineData(LoginChannel.AuthorizationCode)]
    [InlineData(LoginChannel.SamlBearer)]
    [InlineData(LoginChannel.TokenExchange)]
    public void Where_it_is_off_no_identity_provider_vouches_for_anybody(LoginChannel channel)
    {
        var login = Logins.On(channel).WithProfile(p => p with { Sso = SsoMode.Off }).Proving(Proof.SsoAssertion);
        login.MustBeRefused(SsoIsUsedWhenRequired, DenyReason.SsoNotOffered);
        login.WithUser(u => u with { IsBreakGlass = true }).MustBeRefused(SsoIsUsedWhenRequired, DenyReason.SsoNotOffered);
        login.WithProfile(p => p with { Sso = SsoMode.Offered }).MustPass();
    }
}
