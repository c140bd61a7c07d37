namespace OAuthServer.Policy.Tests;

public class AssuranceTests
{
    [Theory]
    [InlineData(Proof.None, "", 1)]
    [InlineData(Proof.Password, "pwd", 1)]
    [InlineData(Proof.Password | Proof.SecurityToken, "pwd token", 1)]
    [InlineData(Proof.Password | Proof.Totp, "pwd otp mfa", 2)]
    [InlineData(Proof.Password | Proof.RecoveryCode, "pwd otp mfa", 2)]
    [InlineData(Proof.Password | Proof.Totp | Proof.RecoveryCode, "pwd otp mfa", 2)]
    [InlineData(Proof.Password | Proof.EmailCode, "pwd email", 1)]
    [InlineData(Proof.Passkey, "hwk user mfa", 2)]
    [InlineData(Proof.SsoAssertion, "fed", 1)]
    [InlineData(Proof.SsoAssertion | Proof.Totp, "otp fed mfa", 2)]
    [InlineData(Proof.Totp, "otp", 1)]
    [InlineData(Proof.ClientSecret, "client_secret", 1)]
    [InlineData(Proof.ClientAssertion, "client_assertion", 1)]
    [InlineData(Proof.RefreshToken, "refresh_token", 1)]
    [InlineData(Proof.SsoAssertion | Proof.SsoSecondFactor, "fed mfa", 2)]
    public void Proofs_have_their_names_in_tokens(Proof proven, string amr, int level)
    {
        var assurance = new Assurance(proven, null);
        Assert.Equal(amr, string.Join(' ', assurance.Amr));
        Assert.Equal($"urn:oauthserver:acr:{level}", assurance.Acr);
    }

    [Fact]
    public void Methods_of_the_same_proofs_are_one_list() =>
        Assert.Same(new Assurance(Proof.Password, null).Amr, new Assurance(Proof.Password, "Office").Amr);

    [Fact]
    public void List_that_is_shared_cannot_be_changed() =>
        Assert.True(((ICollection<string>)new Assurance(Proof.Password, null).Amr).IsReadOnly);
}
