using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>What a login entitles an app to: made by a grant after the gate has let it pass, and the only thing the mint takes.</summary>
public sealed record GrantedAccess
{
    public required AppEntry App { get; init; }

    public required string UserId { get; init; }

    public required string Username { get; init; }

    public required string OrgId { get; init; }

    public required LoginChannel Channel { get; init; }

    public required Assurance Assurance { get; init; }

    public required int ProfileVersion { get; init; }

    public required DateTimeOffset At { get; init; }

    public required DateTimeOffset AuthenticatedAt { get; init; }

    /// <summary>Space separated, already within what the app may have.</summary>
    public required string Scope { get; init; }

    /// <summary>The grant that goes on; null = a new one.</summary>
    public string? GrantId { get; init; }

    /// <summary>When the password that proved the user was set; null when none did.</summary>
    public DateTimeOffset? PasswordChangedAt { get; init; }

    /// <summary>The browser session it comes from; null where there was no browser.</summary>
    public string? SessionId { get; init; }

    /// <summary>What the app gave to recognise its ID token by (OpenID Connect Core 1.0, section 3.1.2.1).</summary>
    public string? Nonce { get; init; }

    /// <summary>
    /// Spends what is good for one use on the new grant of this number, in the batch that makes it: false when it was spent before, and
    /// then nothing is made.
    /// </summary>
    public Func<WriteScope, string, ValueTask<bool>>? Spend { get; init; }

    /// <summary>A refresh token may go with it.</summary>
    public bool MayRefresh { get; init; }

    /// <summary>The successor that was made while the old refresh token was spent.</summary>
    public string? NextRefreshToken { get; init; }
}

/// <summary>A token answer before any dialect has put it into words.</summary>
public sealed record TokenResult
{
    public required GrantedAccess Access { get; init; }

    public required string AccessToken { get; init; }

    public required TimeSpan ExpiresIn { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public string? RefreshToken { get; init; }

    public string? IdToken { get; init; }
}
