using static OAuthServer.Policy.Tests.RuleNames;

namespace OAuthServer.Policy.Tests.Rules;

public class PasswordIsFreshTests
{
    static readonly Func<UserFacts, UserFacts> Old = u => u with { PasswordChangedAt = Logins.Noon.AddDays(-90) };

    [Fact]
    public void Person_with_an_expired_password_chooses_another() =>
        Logins.Person.WithUser(Old).MustBeAsked(PasswordIsFresh, ChallengeKind.NewPassword);

    [Fact]
    public void Program_with_an_expired_password_is_refused() =>
        Logins.Program.WithUser(Old).MustBeRefused(PasswordIsFresh, DenyReason.PasswordExpired);

    [Fact]
    public void Soap_caller_with_an_expired_password_is_asked_for_another_because_a_call_can_give_it() =>
        Logins.On(LoginChannel.SoapLogin).WithUser(Old).MustBeAsked(PasswordIsFresh, ChallengeKind.NewPassword);

    [Fact]
    public void Password_lives_to_its_last_instant() =>
        Logins.Program.WithUser(u => u with { PasswordChangedAt = Logins.Noon.AddDays(-90).AddTicks(1) }).MustPass();

    [Fact]
    public void Password_that_never_expires_passes() =>
        Logins.Program.WithUser(Old).WithProfile(p => p with { PasswordNeverExpires = true }).MustPass();

    [Fact]
    public void Password_that_never_expires_must_still_be_changed_on_demand() => Logins.Person
        .WithUser(u => u with { MustChangePassword = true })
        .WithProfile(p => p with { PasswordNeverExpires = true })
        .MustBeAsked(PasswordIsFresh, ChallengeKind.NewPassword);

    [Theory]
    [InlineData(Proof.Passkey)]
    [InlineData(Proof.SsoAssertion)]
    public void Login_without_the_password_does_not_look_at_its_age(Proof proven) =>
        Logins.Person.WithUser(Old).WithUser(u => u with { MustChangePassword = true }).WithProfile(p => p with { Sso = SsoMode.Offered }).Proving(proven).MustPass();

    [Fact]
    public void Password_of_unknown_age_is_not_called_old() =>
        Logins.Person.WithUser(u => u with { PasswordChangedAt = null }).MustPass();
}
