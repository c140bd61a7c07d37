using OAuthServer.Accounts;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>
/// The steps of a person's sign-in. Owns how each takes all the proofs so far to the gate, and what follows from its answer: a browser
/// session, one thing more to ask, or the end. It decides nothing and shows nothing: pages do.
/// </summary>
public sealed partial class SignIns(
    LoginGate gate,
    PendingSignIns pending,
    BrowserSessions sessions,
    KnownDevices devices,
    AuthorizationRequests requests,
    UserAccounts accounts,
    PasskeyCeremonies passkeys,
    DeviceCodes codes,
    FederatedAccounts federated,
    SignInNotices notices,
    RequestOrigins origins,
    TimeProvider clock)
{
    /// <summary>The password was typed.</summary>
    public Task<SignInStep> PasswordAsync(HttpContext context, SignInUnderWay at, string password) =>
        JudgeAsync(context, at, new LoginCredentials.Typed(password, at.Row.Proven & ~Proof.Password));

    /// <summary>The person has just replaced the password: the new one is proven like any other, in the place of the old.</summary>
    public Task<SignInStep> NewPasswordAsync(HttpContext context, SignInUnderWay at, string password)
    {
        at.Row.Proven &= ~Proof.Password;
        return PasswordAsync(context, at, password);
    }

    /// <summary>A code of the authenticator app, or a recovery code, was typed. Nothing is looked at before somebody is proven.</summary>
    public async Task<SignInStep> CodeAsync(HttpContext context, SignInUnderWay at, Proof kind, string text)
    {
        if (at.User is not { } user)
            return new SignInStep.Over();
        var step = await JudgeAsync(context, at, new LoginCredentials.TypedCode(kind, text, at.Row.Proven));
        if (kind == Proof.RecoveryCode && step is SignInStep.Done or SignInStep.Asked)
            await notices.SendRecoveryCodeUsedAsync(user.Id);
        return step;
    }

    /// <summary>The code that was mailed was typed.</summary>
    public async Task<SignInStep> MailedCodeAsync(HttpContext context, SignInUnderWay at, string text)
    {
        if (at.User is not { } user || !at.IsAsked(ChallengeKind.EmailCode))
            return new SignInStep.Over();
        var proven = at.Row.Proven;
        return await codes.IsRightAsync(at.Row, user.Id, text)
            ? await JudgeAsync(context, at, new LoginCredentials.Verified(
                Evidence.Of(proven | Proof.EmailCode), new SpendOnce(scope => DeviceCodes.ClaimAsync(scope.Sql, at.Row), CredentialFlaw.WrongCode)))
            : await JudgeAsync(context, at, new LoginCredentials.Verified(new Evidence(proven | Proof.EmailCode, proven, CredentialFlaw.WrongCode)));
    }

    /// <summary>Mails another code, where one is asked for; false when there have been enough.</summary>
    public async Task<bool> MailCodeAsync(HttpContext context, SignInUnderWay at)
    {
        if (at.User is not { } user || !at.IsAsked(ChallengeKind.EmailCode))
            return false;
        var from = RequestContext.Of(context, origins, clock);
        return await codes.SendAsync(at.Row, user, from.Origin.Address?.ToString(), from.UserAgent, context.RequestAborted);
    }

    /// <summary>Begins the ceremony of a passkey.</summary>
    /// <returns>The options for <c>navigator.credentials.get</c>, as JSON.</returns>
    public async Task<string> BeginPasskeyAsync(SignInUnderWay at)
    {
        var ceremony = await passkeys.BeginSignInAsync(at.User);
        await pending.KeepCeremonyAsync(at, ceremony.Sealed);
        return ceremony.OptionsJson;
    }

    /// <summary>A passkey answered. It may say who the person is where no name was typed, and never another one than was typed or proven.</summary>
    public async Task<SignInStep> PasskeyAsync(HttpContext context, SignInUnderWay at, string credentialJson)
    {
        var proven = at.Row.Proven;
        var assertion = await pending.TakeCeremonyAsync(at) is { } ceremony ? await passkeys.FinishSignInAsync(ceremony, credentialJson) : null;
        if (assertion is null || !await IsMeantAsync(at, assertion.UserId))
        {
            return await JudgeAsync(
                context, at, new LoginCredentials.Verified(new Evidence(proven | Proof.Passkey, proven, CredentialFlaw.PasskeyRejected)),
                at.User is { } user ? new LoginSubject.Known(user.Id) : new LoginSubject.Nobody());
        }
        var now = clock.GetUtcNow();
        return await JudgeAsync(
            context, at,
            new LoginCredentials.Verified(
                Evidence.Of(proven | Proof.Passkey),
                new SpendOnce(scope => SingleUse.ClaimSignatureAsync(scope.Sql, assertion, now), CredentialFlaw.PasskeyRejected)),
            new LoginSubject.Known(assertion.UserId));
    }

    /// <summary>Judges again what is proven already, after the person did what was asked: enrolled a factor, chose a new password.</summary>
    public Task<SignInStep> ContinueAsync(HttpContext context, SignInUnderWay at) =>
        JudgeAsync(context, at, new LoginCredentials.Verified(Evidence.Of(at.Row.Proven)));

    /// <summary>
    /// Somebody is signed in at this browser: judges that session's proofs for another purpose. When they are enough nothing is begun;
    /// else the missing proof is asked for on top of them.
    /// </summary>
    public async Task<SignInStep> FromSessionAsync(HttpContext context, SignedInBrowser browser, SignInTarget target)
    {
        var (request, isOver) = await RequestOfAsync(target);
        if (isOver)
            return new SignInStep.Over();
        var acr = request?.Parameters.AcrValues ?? target.AcrValues;
        // Where one of our own pages wants a factor, it wants it shown now: what an old sign-in showed is asked for again.
        var proven = request is null && StepUp.IsDemanded(acr) && clock.GetUtcNow() - browser.Session.AuthenticatedAt > OwnerProofs.Fresh
            ? browser.Session.Proven & ~OwnerProofs.SecondFactors
            : browser.Session.Proven;
        var outcome = await gate.JudgeAsync(
            Attempt(context, request) with
            {
                Subject = new LoginSubject.Known(browser.User.Id),
                Credentials = new LoginCredentials.Verified(Evidence.Of(proven)),
                ProvesAnew = false,
                Device = await devices.FactsAsync(context, browser.User.Id),
            },
            context.RequestAborted);
        SetReference(context, outcome);
        var asked = outcome switch
        {
            LoginOutcome.SignedIn login => StepUp.KindsFor(acr, login),
            LoginOutcome.Challenged challenged => challenged.OneOf,
            _ => [],
        };
        if (asked.Contains(ChallengeKind.EnrolSecondFactor) && clock.GetUtcNow() - browser.Session.AuthenticatedAt > OwnerProofs.Fresh)
        {
            // What is enrolled opens the door from then on: whoever merely found the browser open shall not enrol a factor of his own.
            if (!OwnerProofs.HasPassword(browser))
            {
                var anew = await pending.BeginAsync(context, browser.User.Username, target, browser.User);
                return await AskAsync(context, anew, (await accounts.FindByIdAsync(browser.User.Id))!, Proof.None, [ChallengeKind.Sso]);
            }
            await pending.BeginAsync(context, browser.User.Username, target);
            return new SignInStep.Asked([ChallengeKind.Password]);
        }
        if (asked.Count > 0)
        {
            var begun = await pending.BeginAsync(context, browser.User.Username, target, browser.User, proven);
            return await AskAsync(context, begun, (await accounts.FindByIdAsync(browser.User.Id))!, proven, asked);
        }
        return outcome switch
        {
            LoginOutcome.SignedIn => new SignInStep.Done(WayOf(target, request)),
            LoginOutcome.Refused refused => new SignInStep.Refused(refused),
            LoginOutcome.TooMany many => new SignInStep.TooMany(many.RetryAfterSeconds),
            _ => new SignInStep.Over(),
        };
    }

    async Task<SignInStep> JudgeAsync(HttpContext context, SignInUnderWay at, LoginCredentials credentials, LoginSubject? subject = null)
    {
        var (request, isOver) = await RequestOfAsync(at.Target);
        if (isOver)
            return new SignInStep.Over();
        subject ??= at.Row.UserId is { } known ? new LoginSubject.Known(known) : new LoginSubject.Named(at.Row.Username);
        var account = subject switch
        {
            LoginSubject.Named named => (await accounts.FindByNameAsync(named.Username))?.Id,
            LoginSubject.Known user => user.UserId,
            _ => null,
        };
        var attempt = Attempt(context, request) with
        {
            Subject = subject,
            Credentials = credentials,
            Device = await devices.FactsAsync(context, account),
            PasswordAsOf = (at.Row.Proven & Proof.Password) != Proof.None ? at.Row.PasswordChangedAt : null,
        };
        LoginOutcome outcome;
        try
        {
            outcome = await gate.JudgeAsync(attempt, context.RequestAborted);
        }
        catch (HashingBusyException)
        {
            return new SignInStep.Busy();
        }
        SetReference(context, outcome);
        switch (outcome)
        {
            case LoginOutcome.SignedIn login:
                return StepUp.KindsFor(request?.Parameters.AcrValues ?? at.Target.AcrValues, login) is { Count: > 0 } more
                    ? await AskAsync(context, at, login.User, login.Assurance.Proven, more)
                    : await FinishAsync(context, at, login, request, attempt.Request);
            case LoginOutcome.Challenged { User: { } user } challenged:
                return await AskAsync(context, at, user, challenged.Proven, challenged.OneOf);
            case LoginOutcome.Refused refused:
                if (refused.IsProven)
                    await pending.EndAsync(context, at);
                return new SignInStep.Refused(refused);
            case LoginOutcome.TooMany many:
                return new SignInStep.TooMany(many.RetryAfterSeconds);
            default:
                return new SignInStep.Over();
        }
    }

    /// <summary>Remembers and asks. A mailed code is on its way before it is asked for.</summary>
    async Task<SignInStep> AskAsync(HttpContext context, SignInUnderWay at, UserAccount user, Proof proven, IReadOnlyList<ChallengeKind> oneOf)
    {
        if (await pending.ProveAsync(context, at, user.Id, user.PasswordChangedAt, proven, oneOf) is not { } now)
            return new SignInStep.Over();
        if (now.Row.MailedCodes == 0)
            await MailCodeAsync(context, now);
        return new SignInStep.Asked(oneOf);
    }

    async Task<SignInStep> FinishAsync(HttpContext context, SignInUnderWay at, LoginOutcome.SignedIn login, StoredRequest? request, RequestContext from)
    {
        await pending.EndAsync(context, at);
        if (await sessions.StartAsync(context, login, ChannelOf(request), request?.Id, pending.ProviderSessionOf(at)) is null)
            return new SignInStep.Over();
        await devices.RememberAsync(context, login, from);
        return new SignInStep.Done(WayOf(at.Target, request));
    }

    async Task<bool> IsMeantAsync(SignInUnderWay at, string userId) =>
        at.User is { } user ? user.Id == userId
        : at.Row.Username.Length == 0 || (await accounts.FindByNameAsync(at.Row.Username))?.Id == userId;

    async Task<(StoredRequest? Request, bool IsOver)> RequestOfAsync(SignInTarget target)
    {
        if (target.RequestHandle is not { } handle)
            return (null, false);
        var request = await requests.FindAsync(handle);
        return (request, request is null);
    }

    LoginAttempt Attempt(HttpContext context, StoredRequest? request) => new()
    {
        Channel = ChannelOf(request),
        App = request?.App,
        Request = RequestContext.Of(context, origins, clock),
        Subject = new LoginSubject.Nobody(),
        Credentials = new LoginCredentials.Verified(Evidence.Nothing),
    };

    static LoginChannel ChannelOf(StoredRequest? request) => request is null ? LoginChannel.Browser : LoginChannel.AuthorizationCode;

    static string WayOf(SignInTarget target, StoredRequest? request) =>
        request is not null ? AuthorizationRequests.AuthorizeUrlOf(request.App, target.RequestHandle!) : target.To ?? "/settings";

    static void SetReference(HttpContext context, LoginOutcome outcome)
    {
        var reference = outcome switch
        {
            LoginOutcome.SignedIn login => login.Reference,
            LoginOutcome.Challenged challenged => challenged.Reference,
            LoginOutcome.Refused refused => refused.Reference,
            _ => null,
        };
        if (reference is not null)
            context.Response.Headers["Login-Reference"] = reference;
    }
}
