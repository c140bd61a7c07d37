using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Tells the owner that an authenticator app can now prove who they are.</summary>
public static class AuthenticatorAddedEmail
{
    public static Mail Compose(User user, PublicUrl server, bool replacesAnother, DateTimeOffset at) => AccountMail.Compose(
        user, server, "An authenticator app was added to your account",
        $"An authenticator app was added on {AccountMail.Time(at)}. Keep the recovery codes you were shown where you find them without your phone.",
        replacesAnother ? "The app you used before, and its recovery codes, no longer work." : null,
        "If this was not you, change your password and tell your administrator.");
}

/// <summary>Tells the owner that the authenticator app is gone, whoever removed it.</summary>
public static class AuthenticatorRemovedEmail
{
    public static Mail Compose(User user, PublicUrl server, bool byAdministrator, DateTimeOffset at) => AccountMail.Compose(
        user, server, "The authenticator app was removed from your account",
        $"{(byAdministrator ? "Your administrator removed the authenticator app from your account" : "The authenticator app was removed from your account")} "
        + $"on {AccountMail.Time(at)}. Its codes and the recovery codes no longer work.",
        "If this was not you or your administrator, change your password and tell your administrator.");
}

/// <summary>Tells the owner that there is a new set of recovery codes.</summary>
public static class RecoveryCodesRenewedEmail
{
    public static Mail Compose(User user, PublicUrl server, DateTimeOffset at) => AccountMail.Compose(
        user, server, "You have new recovery codes",
        $"New recovery codes were made for your account on {AccountMail.Time(at)}. All earlier ones no longer work.",
        "If this was not you, change your password and tell your administrator.");
}

/// <summary>Tells the owner that a recovery code opened the account.</summary>
public static class RecoveryCodeUsedEmail
{
    public static Mail Compose(User user, PublicUrl server, int left, DateTimeOffset at) => AccountMail.Compose(
        user, server, "A recovery code was used to sign in",
        $"Somebody signed in with one of your recovery codes on {AccountMail.Time(at)}. "
        + (left == 0 ? "It was the last one: make new ones now." : $"Codes left: {left}."),
        "If this was not you, change your password and tell your administrator.");
}
