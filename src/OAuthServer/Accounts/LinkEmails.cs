using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Invites somebody to choose the first password.</summary>
public static class InvitationEmail
{
    public static Mail Compose(User user, PublicUrl server, string link, DateTimeOffset until) => AccountMail.Compose(
        user, server, "Activate your account",
        "An account was made for you. Choose a password to activate it:",
        link,
        $"The link works once, until {AccountMail.Time(until)}.",
        "If you expect no such account, do nothing.");
}

/// <summary>Brings the link by which a forgotten password is replaced.</summary>
public static class PasswordResetEmail
{
    public static Mail Compose(User user, PublicUrl server, string link, bool byAdministrator, DateTimeOffset until) => AccountMail.Compose(
        user, server, "Choose a new password",
        byAdministrator
            ? "Your administrator asks you to choose a new password:"
            : "Somebody asked for a new password for your account. If it was you, choose one here:",
        link,
        $"The link works once, until {AccountMail.Time(until)}. A newer one takes its place.",
        byAdministrator ? "Your password stays as it is until you choose a new one." : "If it was not you, do nothing: your password stays as it is.");
}

/// <summary>Says why there is no password to replace.</summary>
public static class NoPasswordEmail
{
    public static Mail Compose(User user, PublicUrl server) => AccountMail.Compose(
        user, server, "Your account has no password here",
        "Somebody asked for a new password for your account. It has none here: you sign in through your company's identity provider, or not at all.",
        "If you cannot sign in, ask your administrator. If it was not you who asked, do nothing.");
}
