namespace OAuthServer.Tests.Support.Providers;

/// <summary>What a test wants of its SAML identity provider; the values not said are SimpleSAMLphp's own defaults unless noted.</summary>
public sealed record SimpleSamlSettings
{
    public IReadOnlyList<SamlAccount> Accounts { get; init; } = [];

    /// <summary>Whatever the request's NameIDPolicy or the service provider's metadata ask for.</summary>
    public SamlNameId NameId { get; init; } = SamlNameId.Persistent;

    public bool SignAssertion { get; init; } = true;

    public bool SignResponse { get; init; } = true;

    /// <summary>With the first encryption key of the service provider's metadata.</summary>
    public bool EncryptAssertion { get; init; }

    /// <summary>Requests and logout messages must be signed by a key of the service provider's metadata; announced as WantAuthnRequestsSigned.</summary>
    public bool VerifyRequests { get; init; }

    /// <summary>Signs logout requests and answers; SimpleSAMLphp itself does not unless told.</summary>
    public bool SignLogout { get; init; } = true;

    /// <summary>AuthnContextClassRef; null = Password, which SimpleSAMLphp says over http.</summary>
    public string? AuthnContext { get; init; }

    /// <summary>The XML signature algorithm; null = RSA with SHA-256.</summary>
    public string? SignatureAlgorithm { get; init; }

    /// <summary>NotOnOrAfter of Conditions and SubjectConfirmationData, from now; NotBefore is 30 seconds ago.</summary>
    public TimeSpan AssertionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Where requests may arrive, in the order of the metadata; also of logout messages.</summary>
    public IReadOnlyList<string> Bindings { get; init; } = [SamlBinding.Redirect, SamlBinding.Post];

    /// <summary>Signs, and is announced.</summary>
    public SigningCertificate Certificate { get; init; } = SigningCertificate.New("The provider's first");

    /// <summary>Announced beside the other, signs nothing: the next one, or the last one.</summary>
    public SigningCertificate? AlsoAnnounced { get; init; }
}

/// <summary>Somebody who can sign in at the provider.</summary>
/// <param name="Username">Without a colon; also the attribute uid unless that is given.</param>
/// <param name="Password">What is typed.</param>
public sealed record SamlAccount(string Username, string Password)
{
    /// <summary>Sent under these names with the format "basic", each value a string: mail, givenName, sn, groups and so on.</summary>
    public IReadOnlyDictionary<string, string[]> Attributes { get; init; } = new Dictionary<string, string[]>();
}
