using OAuthServer.Accounts;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.SelfService;

/// <summary>PUT /api/me/password. The token that asked for the change dies with it, when it was born of the old password.</summary>
static class PasswordEndpoint
{
    internal static async Task<IResult> PutAsync(HttpContext http, Passwords passwords, CurrentPassword current)
    {
        var me = Me.Of(http);
        var body = await JsonBody<ChangeRequest>.ReadAsync(http);
        if (body.Value is not { } request)
            return body.Problem!;
        if (me.User.PasswordHash is null || !MailedLinks.HasUseForPassword(me.Profile, me.User))
        {
            return Problems.Of(
                409, "no-password", "Your account has no password to change.",
                "You sign in at your identity provider; ask your administrator if you need a password here.");
        }
        var outcome = await current.CheckAsync(
            me,
            () => passwords.ChangeAsync(me.User.Id, me.Profile, request.CurrentPassword, request.NewPassword),
            change => change is PasswordChange.WrongCurrentPassword);
        return outcome switch
        {
            null => Problems.Locked,
            PasswordChange.Changed => Results.NoContent(),
            PasswordChange.WrongCurrentPassword => Problems.WrongCurrentPassword,
            PasswordChange.Busy => Problems.Busy,
            PasswordChange.Refused refused => Problems.Of(
                422, "password-refused", "The new password will not do.", "Nothing was changed. Choose another one; flaws says what is wrong with this one.",
                [new("flaws", refused.Flaws.Select(flaw => new { code = Code(flaw), message = flaw.Sentence(me.Profile.Password) }))]),
            _ => throw new InvalidOperationException("Closed."),
        };
    }

    static string Code<T>(T flaw)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(flaw.ToString());

    internal sealed class ChangeRequest
    {
        public required string CurrentPassword { get; init; }

        public required string NewPassword { get; init; }
    }
}
