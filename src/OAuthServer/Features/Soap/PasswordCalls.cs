using OAuthServer.Accounts;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Soap;

/// <summary>
/// <c>setPassword</c>, <c>resetPassword</c> and <c>changeOwnPassword</c> (Salesforce contract, section 5.3). The EmailHeader changes nothing: the
/// user is told by mail in any case, and never what the password is.
/// </summary>
public sealed class PasswordCalls(ApiPasswords passwords)
{
    internal async Task<SoapFault?> SetAsync(HttpContext context, SoapApi api, SoapCall call, Me me) =>
        call["userId"] is not { } userId ? SoapFault.Missing("userId")
        : call["password"] is not { } password ? SoapFault.Missing("password")
        : await AnswerAsync(context, api, call, await passwords.SetAsync(context, me, userId, password));

    internal async Task<SoapFault?> ResetAsync(HttpContext context, SoapApi api, SoapCall call, Me me) =>
        call["userId"] is not { } userId ? SoapFault.Missing("userId")
        : await AnswerAsync(context, api, call, await passwords.ResetAsync(context, me, userId));

    internal async Task<SoapFault?> ChangeOwnAsync(HttpContext context, SoapApi api, SoapCall call, Me me) =>
        call["oldPassword"] is not { } oldPassword ? SoapFault.Missing("oldPassword")
        : call["newPassword"] is not { } newPassword ? SoapFault.Missing("newPassword")
        : await AnswerAsync(context, api, call, await passwords.ChangeOwnAsync(context, me, oldPassword, newPassword));

    static async Task<SoapFault?> AnswerAsync(HttpContext context, SoapApi api, SoapCall call, ApiPasswordAnswer answer)
    {
        if (answer is not ApiPasswordAnswer.Done done)
            return FaultOf(answer);
        await SoapAnswer.WriteAsync(context, api, call.Operation, response =>
        {
            if (done.Generated is { } generated)
                response.Add("result", result => result.Add("password", generated));
            else
                response.Empty("result");
        });
        return null;
    }

    static SoapFault FaultOf(ApiPasswordAnswer answer) => answer switch
    {
        ApiPasswordAnswer.NoId => new("MALFORMED_ID", "userId is no user's id.", "InvalidIdFault"),
        ApiPasswordAnswer.NoSuchUser => new("INVALID_ID_FIELD", "There is no such user in your organization.", "InvalidIdFault"),
        ApiPasswordAnswer.NotPermitted refused => new("INSUFFICIENT_ACCESS", refused.Why),
        ApiPasswordAnswer.SwitchedOff => new("FUNCTIONALITY_NOT_ENABLED", "Passwords are set by the API only where the organization has SOAP login on."),
        ApiPasswordAnswer.NoUse => SoapFault.Off("The account is not in use, or no door takes a password from it."),
        ApiPasswordAnswer.Refused refused => new(
            "INVALID_NEW_PASSWORD", string.Join(' ', refused.Flaws.Select(flaw => flaw.Sentence(refused.Policy))), "InvalidNewPasswordFault"),
        ApiPasswordAnswer.WrongOldPassword => new("INVALID_NEW_PASSWORD", "Your old password is invalid.", "InvalidNewPasswordFault"),
        ApiPasswordAnswer.Locked => SoapFault.OfLogin("PASSWORD_LOCKOUT", "Too many failed attempts; nothing was looked at."),
        _ => SoapFault.Busy,
    };
}
