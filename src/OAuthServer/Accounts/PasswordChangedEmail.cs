using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Tells the owner that the password is another one now.</summary>
public static class PasswordChangedEmail
{
    public static Mail Compose(User user, PublicUrl server, PasswordSetBy by, DateTimeOffset at) => AccountMail.Compose(
        user, server, "Your password was changed",
        $"{Who(by)} on {AccountMail.Time(at)}.{(by == PasswordSetBy.Administrator ? " You will have to change it when you next sign in." : "")} Programs and apps that came in with the old password must log in again.",
        "If this was not you or your administrator, somebody else has your account: tell your administrator now.");

    static string Who(PasswordSetBy by) => by switch
    {
        PasswordSetBy.Activation => "Your account was activated",
        PasswordSetBy.Owner => "Your password was changed",
        PasswordSetBy.ResetLink => "Your password was reset through a link sent to this address",
        PasswordSetBy.Administrator => "Your administrator set a new password for you",
    };
}
