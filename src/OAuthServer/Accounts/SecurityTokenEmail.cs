using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Why a security token was issued.</summary>
public enum TokenCause
{
    /// <summary>The account got its first password.</summary>
    FirstPassword,

    /// <summary>The password was changed or reset.</summary>
    NewPassword,

    /// <summary>The owner asked for a new token.</summary>
    OwnReset,

    /// <summary>An administrator asked for a new token.</summary>
    AdministratorReset,
}

/// <summary>The only way a security token leaves the server.</summary>
public static class SecurityTokenEmail
{
    /// <param name="user">The owner.</param>
    /// <param name="server">Where it is good for.</param>
    /// <param name="token">The token; stands alone on its line, so that a double click takes all of it and nothing else.</param>
    /// <param name="cause">Why it was issued.</param>
    /// <param name="oldWorksUntil">The end of the old token's overlap; null = it no longer works.</param>
    /// <param name="expiresAt">The end of the new token's lifetime; null = until it is replaced.</param>
    public static Mail Compose(
        User user, PublicUrl server, string token, TokenCause cause, DateTimeOffset? oldWorksUntil, DateTimeOffset? expiresAt) =>
        AccountMail.Compose(
            user, server, "Your new security token",
            $"{Because(cause)} This is your new security token:",
            token,
            "Append it to your password, without a space, wherever a program logs in with your password from outside your company's "
            + "trusted networks. Upper and lower case matter. You do not need it to sign in with a browser.",
            cause == TokenCause.FirstPassword ? null
            : oldWorksUntil is { } end ? $"The old token works until {AccountMail.Time(end)}. Replace it in every program before then."
            : "Any earlier token no longer works. Replace it in every program that used it.",
            expiresAt is { } last ? $"The new token works until {AccountMail.Time(last)}." : null,
            "Keep it as secret as your password. Nobody will ever ask you for it. If you did not expect this message, change your password "
            + "and tell your administrator.");

    static string Because(TokenCause cause) => cause switch
    {
        TokenCause.FirstPassword => "Your account has its first password.",
        TokenCause.NewPassword => "Your password was changed, and your security token with it.",
        TokenCause.OwnReset => "You asked for a new security token.",
        TokenCause.AdministratorReset => "Your administrator had your security token replaced.",
    };
}
