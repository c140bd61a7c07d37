namespace OAuthServer.Federation.Saml;

/// <summary>Everything a response is held against, all from our side.</summary>
public sealed record SamlExpectation
{
    /// <summary>How far clocks may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(3);

    /// <summary>Entity id of the provider that is to have answered.</summary>
    public required string IdentityProvider { get; init; }

    /// <summary>All its signing keys, several while it changes them.</summary>
    public required IReadOnlyList<SamlKey> SigningKeys { get; init; }

    /// <summary>Our entity id, which is the audience.</summary>
    public required string ServiceProvider { get; init; }

    /// <summary>The address that the response came to, as configured and in our metadata: recipient and destination.</summary>
    public required string AssertionConsumerServiceUrl { get; init; }

    /// <summary>Our keys that assertions may be encrypted to; none: encrypted ones are refused.</summary>
    public IReadOnlyList<ServiceProviderKey> DecryptionKeys { get; init; } = [];

    public required DateTimeOffset Now { get; init; }

    /// <summary>ID of the request of this browser to this provider that is open. Null: none is.</summary>
    public string? RequestId { get; init; }

    /// <summary>With no open request, a response that answers none is taken (profiles section 4.1.5).</summary>
    public bool AllowUnsolicited { get; init; }

    /// <summary>The demanded context classes, one of which must be met exactly; empty: any will do.</summary>
    public IReadOnlyList<string> AuthnContexts { get; init; } = [];

    /// <summary>The sign-in must not be older: when the request with ForceAuthn was made. Null: any age.</summary>
    public DateTimeOffset? AuthenticatedSince { get; init; }
}
