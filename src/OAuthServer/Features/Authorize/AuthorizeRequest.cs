using OAuthServer.Http;
using OAuthServer.Login;

namespace OAuthServer.Features.Authorize;

/// <summary>What an app wants the person to be asked (OpenID Connect Core 1.0, section 3.1.2.1). A set: combine with <c>|</c>.</summary>
[Flags]
public enum Prompts
{
    /// <summary>Whatever is needed.</summary>
    Default = 0,

    /// <summary>Nothing: answer at once or fail.</summary>
    None = 1,

    /// <summary>To sign in anew.</summary>
    Login = 1 << 1,

    /// <summary>For consent, given before or not.</summary>
    Consent = 1 << 2,

    /// <summary>Which account to go on with.</summary>
    SelectAccount = 1 << 3,
}

/// <summary>An authorization request (RFC 6749 section 4.1.1) in which every check has been passed.</summary>
public sealed record AuthorizeRequest
{
    public required ReturnAddress ReturnTo { get; init; }

    /// <summary>What the app sent as redirect URI, which it must repeat when it redeems the code; null when it sent none.</summary>
    public string? SentRedirectUri { get; init; }

    /// <summary>What is granted if all goes well: of the scopes asked for, those that the app may have.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    public string? Nonce { get; init; }

    /// <summary>S256.</summary>
    public string? CodeChallenge { get; init; }

    public Prompts Prompts { get; init; }

    /// <summary>How long ago, at most, the person may have proven itself.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Only a sign-in with two factors will do (<c>acr_values</c>).</summary>
    public bool WantsTwoFactors { get; init; }

    /// <summary>The user that the app takes to be there, from an ID token of ours.</summary>
    public string? HintedUserId { get; init; }

    /// <summary>Where the request is kept; null while it stands in the browser's address alone.</summary>
    public StoredRequest? Stored { get; init; }

    /// <summary>When it came: what the person did before does not count as an answer to <c>prompt</c>.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What became of an authorization request when it was read.</summary>
public abstract record AuthorizeReading
{
    private AuthorizeReading() { }

    /// <summary>Every check passed.</summary>
    public sealed record Valid(AuthorizeRequest Request) : AuthorizeReading;

    /// <summary>App and redirect URI hold, something else does not: the app is told.</summary>
    public sealed record ForTheApp(ReturnAddress To, OAuthError Error) : AuthorizeReading;

    /// <summary>It is not certain who asks or where to answer: the person is told, and nobody else (RFC 6749 section 4.1.2.1).</summary>
    public sealed record ForThePerson(OAuthError Error) : AuthorizeReading;
}
