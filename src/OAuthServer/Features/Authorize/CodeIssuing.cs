using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Authorize;

/// <summary>
/// The end of the way: the code, or an error, either of which uses up a request that was kept. A session that signed in for another
/// request, or for the server's own pages, is judged by the gate once more, for this app and from where the browser is now.
/// </summary>
public sealed class CodeIssuing(
    AuthorizationRequests requests, AuthorizationCodes codes, AuthorizeAnswer answer, LoginGate gate, KnownDevices devices, WriteQueue writes, RequestOrigins origins, TimeProvider clock)
{
    /// <summary>What the person is told about a handle that is good for nothing.</summary>
    public static OAuthError Over { get; } =
        new("invalid_request_uri", "This sign-in has been completed, has expired, or was not begun by this app. Go back to the app and start again.");

    /// <summary>Answers with a code; or says what must come before.</summary>
    public async Task<NextStep?> IssueAsync(HttpContext context, AuthorizeRequest request, SignedInBrowser session)
    {
        var (network, version) = (session.Session.TrustedNetwork, session.Session.ProfileVersion);
        if (request.Stored is not { } stored || session.Session.AnsweredRequestId != stored.Id)
        {
            var outcome = await JudgeAsync(context, request, session);
            if (outcome is not LoginOutcome.SignedIn login)
                return AfterRefusal(request, outcome);
            context.Response.Headers[OAuthAnswer.ReferenceHeader] = login.Reference;
            (network, version) = (login.Assurance.TrustedNetwork, login.Profile.Version);
        }
        var contents = new CodeContents
        {
            AppId = request.ReturnTo.App.App.Id,
            UserId = session.User.Id,
            OrgId = session.User.OrgId,
            SessionId = session.Session.Id,
            RedirectUri = request.SentRedirectUri,
            CodeChallenge = request.CodeChallenge,
            Nonce = request.Nonce,
            Scope = string.Join(' ', request.Scopes),
            Assurance = new(session.Session.Proven, network),
            ProfileVersion = version,
            PasswordChangedAt = session.Session.Proven.HasFlag(Proof.Password) ? session.User.PasswordChangedAt : null,
            AuthenticatedAt = session.Session.AuthenticatedAt,
        };
        var code = await writes.CommitAsync(
            async scope => await UseUpAsync(scope, request) ? await codes.IssueAsync(scope, contents) : null, context.RequestAborted);
        await (code is null ? answer.PersonAsync(context, Over, request.ReturnTo.App.Settings.Dialect) : answer.CodeAsync(context, request.ReturnTo, code));
        return null;
    }

    /// <summary>Answers with an error.</summary>
    public async Task FailAsync(HttpContext context, AuthorizeRequest request, OAuthError error)
    {
        var isFirst = request.Stored is null || await writes.CommitAsync(scope => UseUpAsync(scope, request), context.RequestAborted);
        await (isFirst ? answer.ErrorAsync(context, request.ReturnTo, error) : answer.PersonAsync(context, Over, request.ReturnTo.App.Settings.Dialect));
    }

    ValueTask<bool> UseUpAsync(WriteScope scope, AuthorizeRequest request) =>
        request.Stored is { } stored ? requests.AnswerAsync(scope, stored.Id) : new(true);

    async Task<LoginOutcome> JudgeAsync(HttpContext context, AuthorizeRequest request, SignedInBrowser session) => await gate.JudgeAsync(
        new LoginAttempt
        {
            Channel = LoginChannel.AuthorizationCode,
            Request = RequestContext.Of(context, origins, clock),
            App = request.ReturnTo.App,
            Subject = new LoginSubject.Known(session.User.Id),
            Credentials = new LoginCredentials.Verified(Evidence.Of(session.Session.Proven)),
            ProvesAnew = false,
            Device = await devices.FactsAsync(context, session.User.Id),
        },
        context.RequestAborted);

    static NextStep AfterRefusal(AuthorizeRequest request, LoginOutcome outcome) => outcome switch
    {
        LoginOutcome.Challenged when !request.Prompts.HasFlag(Prompts.None) => new NextStep.SignIn(),
        LoginOutcome.Challenged challenged => new NextStep.Fail(new("login_required", "The user must prove more than at the last sign-in.") { Reference = challenged.Reference }),
        LoginOutcome.Refused refused => new NextStep.Fail(new("access_denied", "The user may not use this app, or not from here and now.")
        {
            Reference = refused.Reference,
            InSalesforceWords = new("OAUTH_APP_ACCESS_DENIED", "the user may not use this app, or not from here and now"),
        }),
        LoginOutcome.TooMany => new NextStep.Fail(new("temporarily_unavailable", "Too many refused logins from this network; try again in a minute.")),
        _ => throw new InvalidOperationException("Unknown outcome."),
    };
}
