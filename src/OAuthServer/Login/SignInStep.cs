using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>Where a sign-in stands after one of its steps.</summary>
public abstract record SignInStep
{
    private SignInStep() { }

    /// <summary>The person is signed in.</summary>
    /// <param name="To">A path of this server: the hub, or the page that was asked for.</param>
    public sealed record Done(string To) : SignInStep;

    /// <summary>One thing more is asked for.</summary>
    /// <param name="OneOf">Any one of these, in the order to be offered.</param>
    public sealed record Asked(IReadOnlyList<ChallengeKind> OneOf) : SignInStep;

    /// <summary>The sign-in at the identity provider is too old for what is asked next: the person signs in there once more.</summary>
    public sealed record AgainAtProvider : SignInStep;

    /// <summary>Refused, before or after the credentials were proven.</summary>
    public sealed record Refused(LoginOutcome.Refused Outcome) : SignInStep;

    /// <summary>Not looked at: too many refusals from there.</summary>
    public sealed record TooMany(int RetryAfterSeconds) : SignInStep;

    /// <summary>Not looked at: too much to do at once.</summary>
    public sealed record Busy : SignInStep;

    /// <summary>The sign-in, or the request that it was to answer, is over: begin again.</summary>
    public sealed record Over : SignInStep;
}
