using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Accounts;

public sealed class AccountEmailTests
{
    const string Token = "AbCdEfGhIjKlMnOpQrStUvWx";
    static readonly DateTimeOffset At = new(2026, 3, 4, 10, 0, 0, TimeSpan.Zero);
    static readonly User Ada = new()
    {
        Id = "005000000000001",
        OrgId = "00D000000000001",
        ProfileId = "00e000000000001",
        Username = "ada@acme.example",
        NormalizedUsername = "ada@acme.example",
        Email = "ada@mail.example",
        FirstName = "Ada",
    };

    [Fact]
    public void First_token() => Matches(SecurityTokenEmail.Compose(Ada, AccountScene.Server, Token, TokenCause.FirstPassword, null, null), "token-first");

    [Fact]
    public void Token_after_a_new_password() =>
        Matches(SecurityTokenEmail.Compose(Ada, AccountScene.Server, Token, TokenCause.NewPassword, null, null), "token-new-password");

    [Fact]
    public void Token_with_overlap_and_lifetime() => Matches(
        SecurityTokenEmail.Compose(Ada, AccountScene.Server, Token, TokenCause.OwnReset, At.AddDays(7), At.AddDays(90)), "token-overlap");

    [Fact]
    public void Token_reset_by_an_administrator() =>
        Matches(SecurityTokenEmail.Compose(Ada, AccountScene.Server, Token, TokenCause.AdministratorReset, null, null), "token-administrator");

    [Theory]
    [InlineData(PasswordSetBy.Owner, "password-changed")]
    [InlineData(PasswordSetBy.ResetLink, "password-reset")]
    [InlineData(PasswordSetBy.Administrator, "password-set-by-administrator")]
    public void Password_changed(PasswordSetBy by, string snapshot) => Matches(PasswordChangedEmail.Compose(Ada, AccountScene.Server, by, At), snapshot);

    [Theory]
    [InlineData(false, "authenticator-added")]
    [InlineData(true, "authenticator-replaced")]
    public void Authenticator_added(bool replaces, string snapshot) =>
        Matches(AuthenticatorAddedEmail.Compose(Ada, AccountScene.Server, replaces, At), snapshot);

    [Theory]
    [InlineData(false, "authenticator-removed")]
    [InlineData(true, "authenticator-removed-by-administrator")]
    public void Authenticator_removed(bool byAdministrator, string snapshot) =>
        Matches(AuthenticatorRemovedEmail.Compose(Ada, AccountScene.Server, byAdministrator, At), snapshot);

    [Fact]
    public void Break_glass_used() =>
        Matches(BreakGlassEmail.Compose(Ada, Ada, AccountScene.Server, "browser", "7K3M-2QPD", "192.0.2.7", At), "break-glass-used");

    [Fact]
    public void Identity_linked() => Matches(IdentityLinkedEmail.Compose(Ada, AccountScene.Server, "Acme <Login>", At), "identity-linked");

    [Fact]
    public void Identity_unlinked() => Matches(IdentityUnlinkedEmail.Compose(Ada, AccountScene.Server, "Acme <Login>", At), "identity-unlinked");

    [Fact]
    public void Recovery_codes_renewed() => Matches(RecoveryCodesRenewedEmail.Compose(Ada, AccountScene.Server, At), "recovery-codes-renewed");

    [Theory]
    [InlineData(3, "recovery-code-used")]
    [InlineData(0, "recovery-code-used-last")]
    public void Recovery_code_used(int left, string snapshot) => Matches(RecoveryCodeUsedEmail.Compose(Ada, AccountScene.Server, left, At), snapshot);

    [Theory]
    [InlineData(true, "account-secured")]
    [InlineData(false, "account-secured-without-password")]
    public void Account_secured(bool mustChangePassword, string snapshot) => Matches(
        AccountSecuredEmail.Compose(
            new User
            {
                Id = Ada.Id,
                OrgId = Ada.OrgId,
                ProfileId = Ada.ProfileId,
                Username = Ada.Username,
                NormalizedUsername = Ada.NormalizedUsername,
                Email = Ada.Email,
                FirstName = Ada.FirstName,
                MustChangePassword = mustChangePassword,
            },
            AccountScene.Server, "7K3M-2QPD", At),
        snapshot);

    [Fact]
    public void Device_code() => Matches(DeviceCodeEmail.Compose(Ada, AccountScene.Server, "12345678", "192.0.2.7", "Firefox", At), "device-code");

    [Fact]
    public void New_device() => Matches(NewDeviceEmail.Compose(Ada, AccountScene.Server, "192.0.2.7", "<script>alert(1)</script> http://evil.test Windows Chrome/1", At), "new-device");

    [Fact]
    public void Passkey_added() => Matches(PasskeyAddedEmail.Compose(Ada, AccountScene.Server, "Blue \"key\"", At), "passkey-added");

    [Fact]
    public void Passkey_removed() => Matches(PasskeyRemovedEmail.Compose(Ada, AccountScene.Server, "Blue key", At), "passkey-removed");

    [Fact]
    public void Invitation() => Matches(InvitationEmail.Compose(Ada, AccountScene.Server, AccountScene.Server.At("/reset-password?link=abc"), At), "invitation");

    [Theory]
    [InlineData(false, "password-link")]
    [InlineData(true, "password-link-by-administrator")]
    public void Password_link(bool byAdministrator, string snapshot) => Matches(
        PasswordResetEmail.Compose(Ada, AccountScene.Server, AccountScene.Server.At("/reset-password?link=abc"), byAdministrator, At), snapshot);

    [Fact]
    public void No_password() => Matches(NoPasswordEmail.Compose(Ada, AccountScene.Server), "no-password");

    [Fact]
    public void Nobody_without_a_first_name_is_greeted_by_nothing() => Assert.StartsWith(
        "Hello bob@acme.example,",
        RecoveryCodesRenewedEmail.Compose(
            new User { Id = "", OrgId = "", ProfileId = "", Username = "bob@acme.example", NormalizedUsername = "", Email = "" }, AccountScene.Server, At).Text,
        StringComparison.Ordinal);

    static void Matches(Mail mail, string name) => Snapshot.Matches($"To: {mail.To}\nSubject: {mail.Subject}\n\n{mail.Text}\n{mail.Html}", name);
}
