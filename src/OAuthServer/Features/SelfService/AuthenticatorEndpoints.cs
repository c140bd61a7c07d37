using OAuthServer.Accounts;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.SelfService;

/// <summary>/api/me/authenticator and /api/me/recovery-codes: enrol an authenticator app, remove it, make new recovery codes.</summary>
static class AuthenticatorEndpoints
{
    internal static async Task<IResult> BeginAsync(HttpContext http, Authenticators authenticators, CurrentPassword current)
    {
        var me = Me.Of(http);
        var body = await JsonBody<ProofRequest>.ReadAsync(http, whenEmpty: new());
        if (body.Value is not { } request)
            return body.Problem!;
        var outcome = await current.CheckAsync(
            me,
            () => authenticators.BeginAsync(me.User.Id, me.Org.Name, request.CurrentPassword),
            start => start is EnrolmentStart.WrongCurrentPassword);
        return outcome switch
        {
            null => Problems.Locked,
            EnrolmentStart.WrongCurrentPassword => Problems.WrongCurrentPassword,
            EnrolmentStart.Busy => Problems.Busy,
            EnrolmentStart.Begun { Enrolment: var enrolment } => JsonBodies.Answer(new
            {
                enrolment.Secret,
                OtpauthUri = enrolment.Uri,
                enrolment.ExpiresAt,
                QrSvg = QrCode.Svg(enrolment.Uri),
                QrPng = QrCode.Png(enrolment.Uri),
            }),
            _ => throw new InvalidOperationException("Closed."),
        };
    }

    internal static async Task<IResult> QrSvgAsync(HttpContext http, Authenticators authenticators) =>
        await PendingAsync(http, authenticators) is { } enrolment ? Results.Text(QrCode.Svg(enrolment.Uri), "image/svg+xml") : NothingPending;

    internal static async Task<IResult> QrPngAsync(HttpContext http, Authenticators authenticators) =>
        await PendingAsync(http, authenticators) is { } enrolment ? Results.Bytes(QrCode.Png(enrolment.Uri), "image/png") : NothingPending;

    internal static async Task<IResult> ConfirmAsync(HttpContext http, Authenticators authenticators, CurrentPassword current)
    {
        var me = Me.Of(http);
        var body = await JsonBody<ConfirmRequest>.ReadAsync(http);
        if (body.Value is not { } request)
            return body.Problem!;
        var outcome = await current.CheckAsync(
            me,
            () => authenticators.ConfirmAsync(me.User.Id, request.Code),
            confirmation => confirmation is EnrolmentConfirmation.WrongCode);
        return outcome switch
        {
            null => Problems.Locked,
            EnrolmentConfirmation.Confirmed confirmed => JsonBodies.Answer(new { confirmed.RecoveryCodes }),
            EnrolmentConfirmation.NothingPending => NothingPending,
            EnrolmentConfirmation.WrongCode => Problems.Of(
                422, "wrong-code", "The code is not the one your authenticator app should show.",
                "Nothing was changed. Send the six digits shown now; if they are refused again, set your phone's clock. Wrong codes count as failed sign-ins."),
            _ => throw new InvalidOperationException("Closed."),
        };
    }

    internal static async Task<IResult> RemoveAsync(HttpContext http, Authenticators authenticators, CurrentPassword current)
    {
        var me = Me.Of(http);
        var body = await JsonBody<ProofRequest>.ReadAsync(http, whenEmpty: new());
        if (body.Value is not { } request)
            return body.Problem!;
        var outcome = await current.CheckAsync(
            me,
            () => authenticators.RemoveAsync(me.User.Id, me.Profile, request.CurrentPassword),
            removal => removal is AuthenticatorRemoval.WrongCurrentPassword);
        return outcome switch
        {
            null => Problems.Locked,
            AuthenticatorRemoval.Removed => Results.NoContent(),
            AuthenticatorRemoval.NoAuthenticator => NoAuthenticator,
            AuthenticatorRemoval.LastFactor => Problems.Of(
                409, "last-factor", "This is your last second factor, and your profile demands one.",
                "Nothing was changed. Add a passkey first, or replace the app with POST /api/me/authenticator."),
            AuthenticatorRemoval.WrongCurrentPassword => Problems.WrongCurrentPassword,
            AuthenticatorRemoval.Busy => Problems.Busy,
            _ => throw new InvalidOperationException("Closed."),
        };
    }

    internal static async Task<IResult> RenewRecoveryCodesAsync(HttpContext http, Authenticators authenticators, CurrentPassword current)
    {
        var me = Me.Of(http);
        var body = await JsonBody<ProofRequest>.ReadAsync(http, whenEmpty: new());
        if (body.Value is not { } request)
            return body.Problem!;
        var outcome = await current.CheckAsync(
            me,
            () => authenticators.RenewRecoveryCodesAsync(me.User.Id, request.CurrentPassword),
            renewal => renewal is RecoveryCodesRenewal.WrongCurrentPassword);
        return outcome switch
        {
            null => Problems.Locked,
            RecoveryCodesRenewal.Renewed renewed => JsonBodies.Answer(new { RecoveryCodes = renewed.Codes }),
            RecoveryCodesRenewal.NoAuthenticator => NoAuthenticator,
            RecoveryCodesRenewal.WrongCurrentPassword => Problems.WrongCurrentPassword,
            RecoveryCodesRenewal.Busy => Problems.Busy,
            _ => throw new InvalidOperationException("Closed."),
        };
    }

    static Task<Enrolment?> PendingAsync(HttpContext http, Authenticators authenticators)
    {
        var me = Me.Of(http);
        return authenticators.PendingAsync(me.User, me.Org.Name, me.Token.AuthenticatedAt, http.RequestAborted);
    }

    static IResult NothingPending { get; } = Problems.Of(
        409, "nothing-to-confirm", "No authenticator app waits to be confirmed.",
        "It was confirmed already, or 15 minutes have passed. Begin again with POST /api/me/authenticator.");

    static IResult NoAuthenticator { get; } = Problems.Of(
        409, "no-authenticator", "Your account has no authenticator app.", "Add one with POST /api/me/authenticator.");

    /// <summary>Accounts without a password leave it out.</summary>
    internal sealed class ProofRequest
    {
        public string? CurrentPassword { get; init; }
    }

    internal sealed class ConfirmRequest
    {
        public required string Code { get; init; }
    }
}
