using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Tells the owner that a passkey can now prove who they are.</summary>
public static class PasskeyAddedEmail
{
    public static Mail Compose(User user, PublicUrl server, string name, DateTimeOffset at) => AccountMail.Compose(
        user, server, "A passkey was added to your account",
        $"A passkey named \"{name}\" was added on {AccountMail.Time(at)}. Whoever holds it can sign in as you.",
        "If this was not you, remove it in your settings, change your password and tell your administrator.");
}

/// <summary>Tells the owner that a passkey is gone.</summary>
public static class PasskeyRemovedEmail
{
    public static Mail Compose(User user, PublicUrl server, string name, DateTimeOffset at) => AccountMail.Compose(
        user, server, "A passkey was removed from your account",
        $"The passkey named \"{name}\" was removed on {AccountMail.Time(at)}. It can no longer be used to sign in.",
        "If this was not you, change your password and tell your administrator.");
}
