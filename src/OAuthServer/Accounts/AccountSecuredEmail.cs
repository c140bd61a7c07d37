using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Tells the owner what was ended when a sign-in was disowned, and what to do next.</summary>
public static class AccountSecuredEmail
{
    public static Mail Compose(User user, PublicUrl server, string reference, DateTimeOffset at) => AccountMail.Compose(
        user, server, "Your account was made safe",
        $"On {AccountMail.Time(at)} you said that sign-in {reference} was not you. Every browser was signed out, every app must log in again, and no browser is known any more."
        + " If you had a security token, it no longer works.",
        user.MustChangePassword
            ? "Sign in and choose a new password now: you will be asked for it. A new security token comes with it, where your account has one."
            : "Tell whoever looks after your identity provider, where your password is.",
        "Authenticator apps and passkeys that were added since then were removed. Look at those that are left in your settings, and remove what is not yours. Tell your administrator the reference above.",
        "If this was not you, somebody else has your account: tell your administrator now.");
}
