using static OAuthServer.Policy.Tests.RuleNames;

namespace OAuthServer.Policy.Tests.Rules;

/// <summary>What programs append to the password.</summary>
public class AppendedSecretTests
{
    const Proof PasswordAndCode = Proof.Password | Proof.Totp;

    [Theory]
    [InlineData(LoginChannel.PasswordGrant)]
    [InlineData(LoginChannel.SoapLogin)]
    public void Profile_that_wants_codes_wants_them_on_trusted_networks_too(LoginChannel channel)
    {
        var login = Logins.On(channel).ComingFrom(Logins.InOffice).WithProfile(p => p with { ApiSecondFactor = ApiSecondFactor.Totp });
        login.Proving(Proof.Password).MustBeRefused(SecondFactorOnTheApi, DenyReason.TotpRequired);
        login.MustBeRefused(SecondFactorOnTheApi, DenyReason.SecurityTokenNotAccepted);
        login.Proving(PasswordAndCode).MustPass();
    }

    [Fact]
    public void Profile_that_takes_either_takes_each_but_not_neither()
    {
        var login = Logins.Program.WithProfile(p => p with { ApiSecondFactor = ApiSecondFactor.Either });
        login.MustPass();
        login.Proving(PasswordAndCode).MustPass();
        login.Proving(Proof.Password).MustBeRefused(SecurityTokenOffTrustedNetwork, DenyReason.SecurityTokenRequired);
    }

    [Fact]
    public void Code_does_not_stand_in_for_the_token_where_the_profile_wants_the_token() => Logins.Program
        .Proving(PasswordAndCode)
        .MustBeRefused(SecurityTokenOffTrustedNetwork, DenyReason.SecurityTokenRequired);

    [Fact]
    public void Profile_can_spare_the_token()
    {
        var assurance = Logins.Program
            .WithProfile(p => p with { SecurityTokenOffTrustedNetworks = false })
            .Proving(Proof.Password)
            .ComingFrom(Logins.InOffice)
            .MustPass();
        Assert.Null(assurance.TrustedNetwork); // The profile spared it, not the network.
    }

    [Theory]
    [InlineData(LoginChannel.Browser)]
    [InlineData(LoginChannel.AuthorizationCode)]
    [InlineData(LoginChannel.Device)]
    [InlineData(LoginChannel.JwtBearer)]
    [InlineData(LoginChannel.SamlBearer)]
    [InlineData(LoginChannel.ClientCredentials)]
    [InlineData(LoginChannel.RefreshToken)]
    [InlineData(LoginChannel.TokenExchange)]
    public void Other_channels_append_nothing(LoginChannel channel)
    {
        Logins.On(channel).WithProfile(p => p with { ApiSecondFactor = ApiSecondFactor.Totp }).MustPass();
        Assert.Null(Logins.On(channel).ComingFrom(Logins.InOffice).MustPass().TrustedNetwork);
    }

    [Fact]
    public void Trusted_network_without_a_name_is_told_by_its_range() => Assert.Equal(
        "198.51.100.0-198.51.100.255",
        Logins.Program
            .WithOrg(o => o with { TrustedNetworks = Logins.Networks("198.51.100.0/24") })
            .Proving(Proof.Password)
            .ComingFrom(Logins.InOffice)
            .MustPass().TrustedNetwork);
}
