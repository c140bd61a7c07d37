using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>One attempt to log in, as a door hands it to the gate.</summary>
public sealed record LoginAttempt
{
    public required LoginChannel Channel { get; init; }

    public required RequestContext Request { get; init; }

    /// <summary>The app that asks, already proven or public.</summary>
    public AppEntry? App { get; init; }

    /// <summary>False where the app is only claimed, by an assertion that does not hold: such refusals do not count against it.</summary>
    public bool AppIsProven { get; init; } = true;

    public required LoginSubject Subject { get; init; }

    public required LoginCredentials Credentials { get; init; }

    /// <summary>The only organization whose people the caller means; null = any. Whoever is of another is nobody.</summary>
    public string? OrgId { get; init; }

    public DeviceFacts? Device { get; init; }

    /// <summary>
    /// False where the proofs are those of a session that is there already. Such a login clears no count of failures: whoever holds the
    /// session could guess at the password without end.
    /// </summary>
    public bool ProvesAnew { get; init; } = true;

    /// <summary>The assertion it rests on; null when it rests on none.</summary>
    public AssertedLogin? Assertion { get; init; }

    /// <summary>The password that earlier steps of a sign-in proved, as of its change: with another one since, what they proved is worth nothing.</summary>
    public DateTimeOffset? PasswordAsOf { get; init; }
}

/// <summary>The assertion a login rests on.</summary>
/// <param name="ProviderId">The identity provider that asserts; null for an app.</param>
/// <param name="OrgId">The one organization whose people it may speak of; null where the app's own is none.</param>
/// <param name="Flaw">What it was found wanting in.</param>
public sealed record AssertedLogin(string? ProviderId, string? OrgId, AssertionFlaw Flaw);

/// <summary>What of a request goes into the record.</summary>
/// <param name="Origin">Where from.</param>
/// <param name="UserAgent">Bounded.</param>
/// <param name="ClientVersion">What the client calls itself in its own header, where it has one.</param>
/// <param name="StartedAt">Timestamp of the request's arrival.</param>
public sealed record RequestContext(RequestOrigin Origin, string? UserAgent, string? ClientVersion, long StartedAt)
{
    const int MaxText = 200;

    /// <summary>How it came over the wire.</summary>
    public RequestWire Wire { get; init; } = new();

    public static RequestContext Of(HttpContext context, RequestOrigins origins, TimeProvider clock)
    {
        var headers = context.Request.Headers;
        return new(
            origins.Of(context), Bounded(headers.UserAgent), Bounded(headers.TryGetValue("Sforce-Call-Options", out var options) ? options : default),
            clock.GetTimestamp())
        {
            Wire = RequestWire.Of(context),
        };
    }

    /// <summary>Null stays null; anything else is cut to 200 characters and has its control characters replaced.</summary>
    internal static string? Bounded(string? text) => text is null ? null : Clean(text.Length > MaxText ? text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)] : text);

    /// <summary>Control characters would forge lines of a log (ASVS 16.4.1).</summary>
    static string Clean(string text) =>
        text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && !text.Contains('\x7f', StringComparison.Ordinal)
            ? text
            : string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}

/// <summary>Whose login it is.</summary>
public abstract record LoginSubject
{
    /// <summary>A typed name.</summary>
    public sealed record Named(string Username) : LoginSubject;

    /// <summary>A user known by id from an earlier login.</summary>
    public sealed record Known(string UserId) : LoginSubject;

    /// <summary>The app's run-as user.</summary>
    public sealed record RunAs : LoginSubject;

    /// <summary>Nobody: what was presented names no one.</summary>
    public sealed record Nobody : LoginSubject;
}

/// <summary>What was brought as proof.</summary>
public abstract record LoginCredentials
{
    /// <summary>Password with a token or code appended to it, or neither, in one string.</summary>
    public sealed record Appended(string Text) : LoginCredentials
    {
        /// <summary>Without the text, which must not reach a log.</summary>
        public override string ToString() => nameof(Appended);
    }

    /// <summary>A password typed on a page, with nothing appended to it.</summary>
    /// <param name="Password">As typed.</param>
    /// <param name="Earlier">What earlier steps of this sign-in proved.</param>
    public sealed record Typed(string Password, Proof Earlier = Proof.None) : LoginCredentials
    {
        /// <summary>Without the password, which must not reach a log.</summary>
        public override string ToString() => nameof(Typed);
    }

    /// <summary>A one-time code typed on a page.</summary>
    /// <param name="Kind"><see cref="Proof.Totp"/> or <see cref="Proof.RecoveryCode"/>.</param>
    /// <param name="Text">As typed.</param>
    /// <param name="Earlier">What earlier steps of this sign-in proved.</param>
    public sealed record TypedCode(Proof Kind, string Text, Proof Earlier) : LoginCredentials
    {
        /// <summary>Without the code, which must not reach a log.</summary>
        public override string ToString() => nameof(TypedCode);
    }

    /// <summary>A proof that the door has already verified (or found flawed), with what must be spent for it.</summary>
    public sealed record Verified(Evidence Evidence, SpendOnce? Spend = null) : LoginCredentials;
}

/// <summary>Spends a proof that is good for one use, inside the batch that commits the login.</summary>
/// <param name="SpendAsync">True for exactly one caller, ever.</param>
/// <param name="IfSpent">What the proof is for everybody else.</param>
public sealed record SpendOnce(Func<WriteScope, ValueTask<bool>> SpendAsync, CredentialFlaw IfSpent);

/// <summary>How an attempt ended.</summary>
public abstract record LoginOutcome
{
    /// <summary>The login holds, and its record is on disk.</summary>
    public sealed record SignedIn(
        UserAccount User, OrgEntry Org, ProfileFacts Profile, Assurance Assurance, DateTimeOffset At, string Reference) : LoginOutcome;

    /// <summary>The person is asked for one thing more.</summary>
    /// <param name="OneOf">Any one of these will do.</param>
    /// <param name="Reference">The caller's name for the record.</param>
    /// <param name="User">Whose sign-in it is; null for a name that nobody has.</param>
    /// <param name="Profile">The policy that asks.</param>
    /// <param name="Proven">What holds so far; what was good for one use has been used up by it.</param>
    public sealed record Challenged(
        IReadOnlyList<ChallengeKind> OneOf, string Reference, UserAccount? User, ProfileFacts Profile, Proof Proven) : LoginOutcome;

    /// <summary>Refused.</summary>
    /// <param name="Reason">The exact reason: for the record, never for the caller unless <paramref name="IsProven"/>.</param>
    /// <param name="IsProven">The credentials held in full, so that the caller may be told about hours and networks.</param>
    /// <param name="AppReason">What the rules hold against the app itself, whoever the user is: the app, proven, may be told.</param>
    /// <param name="Org">The organization, where it is known.</param>
    /// <param name="Reference">The caller's name for the record.</param>
    public sealed record Refused(DenyReason Reason, bool IsProven, DenyReason? AppReason, Organization? Org, string Reference) : LoginOutcome;

    /// <summary>Not looked at: too many refusals from there.</summary>
    public sealed record TooMany(int RetryAfterSeconds) : LoginOutcome;
}
