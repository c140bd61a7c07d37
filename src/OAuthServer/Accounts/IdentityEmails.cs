using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Tells the owner that an identity at a sign-in provider now opens the account.</summary>
public static class IdentityLinkedEmail
{
    public static Mail Compose(User user, PublicUrl server, string provider, DateTimeOffset at) => AccountMail.Compose(
        user, server, "A sign-in provider was linked to your account",
        $"Your account was linked to an identity at \"{provider}\" on {AccountMail.Time(at)}. Whoever signs in there as that person can sign in here as you.",
        "If this was not you, unlink it in your settings and tell your administrator.");
}

/// <summary>Tells the owner that an identity at a sign-in provider no longer opens the account.</summary>
public static class IdentityUnlinkedEmail
{
    public static Mail Compose(User user, PublicUrl server, string provider, DateTimeOffset at) => AccountMail.Compose(
        user, server, "A sign-in provider was unlinked from your account",
        $"The identity at \"{provider}\" was unlinked from your account on {AccountMail.Time(at)}. It can no longer be used to sign in, and browsers that had signed in through it were signed out.",
        "If this was not you, change your password if you have one, and tell your administrator.");
}
