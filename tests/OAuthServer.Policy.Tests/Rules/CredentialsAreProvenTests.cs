using OAuthServer.Policy.Lockout;
using static OAuthServer.Policy.Tests.RuleNames;

namespace OAuthServer.Policy.Tests.Rules;

public class CredentialsAreProvenTests
{
    public static TheoryData<LoginChannel> Channels => new(Enum.GetValues<LoginChannel>());

    [Theory]
    [MemberData(nameof(Channels))]
    public void Login_that_lacks_nothing_passes(LoginChannel channel) => Logins.On(channel).MustPass();

    [Theory]
    [MemberData(nameof(Channels))]
    public void Every_flaw_is_refused_with_the_reason_of_its_name(LoginChannel channel)
    {
        foreach (var flaw in Enum.GetValues<CredentialFlaw>().Where(flaw => flaw != CredentialFlaw.None))
        {
            Logins.On(channel).Flawed(flaw).MustBeRefused(CredentialsAreProven, Enum.Parse<DenyReason>(flaw.ToString()));
        }
    }

    [Theory]
    [InlineData(LoginChannel.Browser, Proof.Password | Proof.Passkey | Proof.SsoAssertion)]
    [InlineData(LoginChannel.AuthorizationCode, Proof.Password | Proof.Passkey | Proof.SsoAssertion)]
    [InlineData(LoginChannel.Device, Proof.Password | Proof.Passkey | Proof.SsoAssertion)]
    [InlineData(LoginChannel.PasswordGrant, Proof.Password)]
    [InlineData(LoginChannel.SoapLogin, Proof.Password)]
    [InlineData(LoginChannel.JwtBearer, Proof.ClientAssertion | Proof.SsoAssertion)]
    [InlineData(LoginChannel.SamlBearer, Proof.ClientAssertion | Proof.SsoAssertion)]
    [InlineData(LoginChannel.ClientCredentials, Proof.ClientSecret | Proof.ClientAssertion)]
    [InlineData(LoginChannel.RefreshToken, Proof.RefreshToken)]
    [InlineData(LoginChannel.TokenExchange, Proof.SsoAssertion)]
    public void Each_channel_has_its_primary_proofs_and_no_other_will_do(LoginChannel channel, Proof primary)
    {
        foreach (var proof in Enum.GetValues<Proof>())
        {
            var passes = Logins.On(channel).Proving(proof).VerdictOf(CredentialsAreProven) is Verdict.Passed;
            Assert.Equal((proof & primary) != Proof.None, passes);
        }
    }

    [Fact]
    public void Program_that_brings_nothing_is_refused() =>
        Logins.Program.Proving(Proof.None).MustBeRefused(CredentialsAreProven, DenyReason.NothingPresented);

    [Theory]
    [InlineData(SsoMode.Off, false, new[] { ChallengeKind.Password, ChallengeKind.Passkey })]
    [InlineData(SsoMode.Off, true, new[] { ChallengeKind.Password, ChallengeKind.Passkey })]
    [InlineData(SsoMode.Offered, false, new[] { ChallengeKind.Password, ChallengeKind.Passkey, ChallengeKind.Sso })]
    [InlineData(SsoMode.Required, false, new[] { ChallengeKind.Sso })]
    [InlineData(SsoMode.Required, true, new[] { ChallengeKind.Password, ChallengeKind.Passkey, ChallengeKind.Sso })]
    public void Person_who_brings_nothing_is_offered_what_the_profile_knows(SsoMode sso, bool breakGlass, ChallengeKind[] offered) =>
        Logins.Person
            .WithProfile(p => p with { Sso = sso })
            .WithUser(u => u with { IsBreakGlass = breakGlass })
            .Proving(Proof.None)
            .MustBeAsked(CredentialsAreProven, offered);

    [Fact]
    public void What_is_offered_does_not_tell_a_stranger_what_is_enrolled() => Assert.Equal(
        Logins.Person.Proving(Proof.None).VerdictOf(CredentialsAreProven),
        Logins.Person.Proving(Proof.None).WithUser(u => u with { Enrolled = Proof.Passkey }).VerdictOf(CredentialsAreProven));

    [Fact]
    public void Lockout_holds_only_where_a_secret_can_be_guessed()
    {
        foreach (var channel in Enum.GetValues<LoginChannel>())
        {
            var locked = Logins.On(channel).WithUser(u => u with { Lockout = new LockoutState(10, Logins.Noon) });
            Assert.Equal(channel.IsGuessable(), LoginPolicy.Decide(locked).Decision is LoginDecision.Deny { Reason: DenyReason.LockedOut });
        }
    }
}
