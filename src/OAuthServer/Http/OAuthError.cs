namespace OAuthServer.Http;

/// <summary>
/// A refusal in OAuth's words (RFC 6749 section 5.2). How it looks on the wire is the writer's affair.
/// </summary>
/// <param name="Error">The registered code.</param>
/// <param name="Description">What happened and what to do, in the characters the RFC allows: no quotation mark, no backslash.</param>
/// <param name="Status">The HTTP status in the standard dialect.</param>
public sealed record OAuthError(string Error, string Description, int Status = 400)
{
    /// <summary>What the salesforce dialect calls it, where that differs.</summary>
    public OAuthError? InSalesforceWords { get; init; }

    /// <summary>The login record behind it.</summary>
    public string? Reference { get; init; }

    /// <summary>Seconds to wait before trying again; 0 = say nothing.</summary>
    public int RetryAfterSeconds { get; init; }

    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    public static OAuthError InvalidGrant(string description) => new("invalid_grant", description);

    public static OAuthError InvalidScope(string description) => new("invalid_scope", description);

    public static OAuthError UnauthorizedClient(string description) => new("unauthorized_client", description);

    /// <summary>One text for an unknown app and a wrong secret.</summary>
    public static OAuthError InvalidClient { get; } = new("invalid_client", "Client authentication failed: unknown client, wrong or expired credentials, or a method this client is not registered for.", 401)
    {
        InSalesforceWords = new("invalid_client", "invalid client credentials"),
    };

    public static OAuthError UnsupportedGrantType { get; } = new("unsupported_grant_type", "This grant type is not supported; see grant_types_supported in the discovery document.")
    {
        InSalesforceWords = new("unsupported_grant_type", "grant type not supported"),
    };
}
