using OAuthServer.Accounts;
using OAuthServer.Administration.People;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Shared;

/// <summary>
/// Passwords by the API of the salesforce dialect, SOAP and REST alike (contract, sections 5.3 and 5.4): who may set whose. The own one by whoever
/// has proven the present one just now; another's by an administrator, where the organization has SOAP login on, as that is what such
/// passwords are for. Everything born of the old password dies with it, the security token too.
/// </summary>
public sealed class ApiPasswords(Passwords passwords, GivenPasswords given, GuessCounter guesses, RequestOrigins origins, TimeProvider clock)
{
    /// <summary>
    /// The scope by which an app's token may do what its user may in the setup pages. Not <c>full</c>: apps ask for that as a matter of course, and
    /// it opens no other door of those pages either.
    /// </summary>
    const string SetupScope = "setup_write";

    /// <summary>Sets a password without asking for the old one.</summary>
    /// <param name="http">The request.</param>
    /// <param name="me">The caller.</param>
    /// <param name="userId">Whose, in either form.</param>
    /// <param name="password">The new one.</param>
    internal async Task<ApiPasswordAnswer> SetAsync(HttpContext http, Me me, string? userId, string password)
    {
        if (IdOf(userId) is not { } id)
            return new ApiPasswordAnswer.NoId();
        if (id != me.User.Id)
            return await GiveAsync(http, me, id, password, "users.set-password");
        if (!HasJustProvenPassword(me))
            return new ApiPasswordAnswer.NotPermitted("The own password is set without the old one only by a SOAP login of the last ten minutes; call changeOwnPassword with the old one.");
        if (!HasPassword(me))
            return new ApiPasswordAnswer.NoUse();
        return Of(await passwords.ReplaceExpiredAsync(me.User, me.Profile, password, http.RequestAborted), me);
    }

    /// <summary>Makes a password up, for one login at which the user chooses another.</summary>
    internal async Task<ApiPasswordAnswer> ResetAsync(HttpContext http, Me me, string? userId) =>
        IdOf(userId) is not { } id ? new ApiPasswordAnswer.NoId()
        : id == me.User.Id && !HasJustProvenPassword(me) ? new ApiPasswordAnswer.NotPermitted("The own password is reset only by a SOAP login of the last ten minutes.")
        : await GiveAsync(http, me, id, null, "users.reset-password");

    /// <summary>Changes the own password by the old one. A wrong old one counts as a failed login.</summary>
    internal async Task<ApiPasswordAnswer> ChangeOwnAsync(HttpContext http, Me me, string oldPassword, string newPassword)
    {
        if (!HasPassword(me))
            return new ApiPasswordAnswer.NoUse();
        var change = await guesses.CountedAsync(
            me.User.Id, me.Profile, me.IsFromTrustedOrigin,
            () => passwords.ChangeAsync(me.User.Id, me.Profile, oldPassword, newPassword, http.RequestAborted),
            outcome => outcome is PasswordChange.WrongCurrentPassword);
        return change is null ? new ApiPasswordAnswer.Locked() : Of(change, me);
    }

    async Task<ApiPasswordAnswer> GiveAsync(HttpContext http, Me me, string userId, string? password, string operation)
    {
        if (!me.Profile.Administrator || me.Token.HasScope(BuiltInApps.ChangePasswordScope))
            return new ApiPasswordAnswer.NotPermitted("Only an administrator sets or resets passwords without the old one; change your own with changeOwnPassword.");
        // What people let an app do with the scope api is not this.
        if (!IsSoapSession(me) && !me.Token.HasScope(SetupScope))
            return new ApiPasswordAnswer.NotPermitted("A token of an app needs the scope setup_write to set another user's password.");
        if (!me.Org.SoapLoginEnabled)
            return new ApiPasswordAnswer.SwitchedOff();
        var from = origins.Of(http).Address;
        var actor = new AuditActor(me.User.Id, me.User.Username, AuditDoor.Api, from?.ToString(), operation, clock.GetUtcNow());
        return await given.GiveAsync(new(me.Org, actor, from, null, http.RequestAborted), userId, password) switch
        {
            GivenPassword.Given done => new ApiPasswordAnswer.Done(done.Generated),
            GivenPassword.NoSuchUser => new ApiPasswordAnswer.NoSuchUser(),
            GivenPassword.NoUse => new ApiPasswordAnswer.NoUse(),
            GivenPassword.Refused refused => new ApiPasswordAnswer.Refused(refused.Flaws, refused.Policy),
            _ => new ApiPasswordAnswer.Busy(),
        };
    }

    /// <summary>
    /// A SOAP session that came of an expired password, or of a password at most ten minutes ago. An app's token is none: whoever found it in a log
    /// could lock its user out.
    /// </summary>
    bool HasJustProvenPassword(Me me) =>
        IsSoapSession(me) && me.Token.Proven.HasFlag(Proof.Password)
        && (me.Token.HasScope(BuiltInApps.ChangePasswordScope) || clock.GetUtcNow() - me.Token.AuthenticatedAt <= OwnerProofs.Fresh);

    static bool IsSoapSession(Me me) => me.Token.ClientId == BuiltInApps.SoapSession;

    static bool HasPassword(Me me) => me.User.PasswordHash is not null && MailedLinks.HasUseForPassword(me.Profile, me.User);

    static string? IdOf(string? userId) => RecordId.TryShort(userId?.Trim()) is { } id && id.StartsWith("005", StringComparison.Ordinal) ? id : null;

    static ApiPasswordAnswer Of(PasswordChange change, Me me) => change switch
    {
        PasswordChange.Changed => new ApiPasswordAnswer.Done(null),
        PasswordChange.Refused refused => new ApiPasswordAnswer.Refused(refused.Flaws, me.Profile.Password),
        PasswordChange.WrongCurrentPassword => new ApiPasswordAnswer.WrongOldPassword(),
        _ => new ApiPasswordAnswer.Busy(),
    };
}
