using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <content>The step that takes a sign-in made elsewhere to this browser.</content>
public sealed partial class SignIns
{
    /// <summary>
    /// Judges what an earlier sign-in proved as a sign-in at this browser, and goes on with no more than that: the session is as old and as strong
    /// as it was. Whoever owes anything more signs in here from the beginning: nobody who merely holds a token is asked for a new password or a factor
    /// to enrol.
    /// </summary>
    /// <param name="context">The browser's request.</param>
    /// <param name="earlier">What is proven.</param>
    /// <param name="target">Where the sign-in leads.</param>
    /// <returns>Null when it is not enough: the person signs in.</returns>
    public async Task<SignInStep?> GoOnAsync(HttpContext context, EarlierSignIn earlier, SignInTarget target)
    {
        var now = clock.GetUtcNow();
        if (earlier.Counted == Proof.None || !earlier.Lasts(now))
            return null;
        var attempt = Attempt(context, null) with
        {
            Subject = new LoginSubject.Known(earlier.User.Id),
            Credentials = new LoginCredentials.Verified(Evidence.Of(earlier.Counted)),
            ProvesAnew = false,
            ComesBy = earlier.ClientId,
            Device = await devices.FactsAsync(context, earlier.User.Id),
            PasswordAsOf = (earlier.Counted & Proof.Password) != Proof.None ? earlier.User.PasswordChangedAt : null,
        };
        var outcome = await gate.JudgeAsync(attempt, context.RequestAborted);
        SetReference(context, outcome);
        switch (outcome)
        {
            case LoginOutcome.SignedIn login:
                var from = earlier.CountsFrom(now);
                if (await sessions.StartAsync(context, login, LoginChannel.Browser, answeredRequestId: null, authenticatedAt: from, startedAt: from) is null)
                    return new SignInStep.Over();
                await devices.RememberAsync(context, login, attempt.Request);
                return new SignInStep.Done(WayOf(target, null));
            case LoginOutcome.Refused refused:
                return new SignInStep.Refused(refused);
            case LoginOutcome.TooMany many:
                return new SignInStep.TooMany(many.RetryAfterSeconds);
            default:
                return null;
        }
    }
}
