using OAuthServer.Http;
using OAuthServer.Login;

namespace OAuthServer.Features.Authorize;

/// <summary>What comes next on the way from an authorization request to its answer. Nothing here is decided by anything but the arguments.</summary>
public abstract record NextStep
{
    private NextStep() { }

    /// <summary>The person signs in, or proves more, or chooses an account.</summary>
    /// <param name="AsAnother">Who is signed in will not do, whatever is proven.</param>
    public sealed record SignIn(bool AsAnother = false) : NextStep;

    /// <summary>The person is asked whether the app may have what it asks for.</summary>
    public sealed record Consent : NextStep;

    /// <summary>The app gets a code.</summary>
    public sealed record Issue : NextStep;

    /// <summary>The app gets an error.</summary>
    public sealed record Fail(OAuthError Error) : NextStep;

    /// <summary>The next step.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="session">Who is signed in at this browser; null = nobody.</param>
    /// <param name="consented">What is asked for has been allowed.</param>
    /// <param name="now">The time.</param>
    public static NextStep After(AuthorizeRequest request, SignedInBrowser? session, bool consented, DateTimeOffset now)
    {
        var mayAsk = !request.Prompts.HasFlag(Prompts.None);
        if (session is null)
            return mayAsk ? new SignIn() : new Fail(LoginRequired("Nobody is signed in."));
        // Signed in for this very request, or at least after it came: what the app wanted anew is new.
        var answersThis = request.Stored is { } stored && session.Session.AnsweredRequestId == stored.Id;
        var isFresh = answersThis || session.Session.AuthenticatedAt >= request.CreatedAt;
        if (!isFresh && WantsAnother(request, session, now))
            return mayAsk ? new SignIn() : new Fail(LoginRequired("The sign-in is older than max_age allows."));
        if (request.HintedUserId is { } hinted && hinted != session.User.Id)
            return mayAsk && !answersThis ? new SignIn(AsAnother: true) : new Fail(LoginRequired("Another user than that of id_token_hint is signed in."));
        if (request.WantsTwoFactors && session.Assurance.Acr != StepUp.TwoFactors)
        {
            return !mayAsk ? new Fail(LoginRequired("The sign-in was not made with two factors."))
                : answersThis ? new Fail(new("unmet_authentication_requirements", "This user did not sign in with two factors."))
                : new SignIn();
        }
        return consented ? new Issue()
            : mayAsk ? new Consent()
            : new Fail(new("consent_required", "The user has not allowed this app what it asks for."));
    }

    static bool WantsAnother(AuthorizeRequest request, SignedInBrowser session, DateTimeOffset now) =>
        request.Prompts.HasFlag(Prompts.Login)
        || request.Prompts.HasFlag(Prompts.SelectAccount) && request.Stored?.AccountChosenAt is null
        || request.MaxAge is { } age && (age == TimeSpan.Zero || now - session.Session.AuthenticatedAt > age);

    /// <summary>OpenID Connect Core 1.0, section 3.1.2.6.</summary>
    static OAuthError LoginRequired(string description) => new("login_required", description);
}
