namespace OAuthServer.Policy;

/// <summary>How a login was proven, in the words of tokens.</summary>
/// <param name="Proven">The proofs that held.</param>
/// <param name="TrustedNetwork">The trusted network that spared the security token; null when none did.</param>
public sealed record Assurance(Proof Proven, string? TrustedNetwork)
{
    /// <summary>Authentication method references (RFC 8176), in the order of <see cref="Proof"/>.</summary>
    public IReadOnlyList<string> Amr => AuthenticationMethods.Of(Proven);

    /// <summary>Authentication context class: <c>urn:oauthserver:acr:1</c> for one factor, <c>urn:oauthserver:acr:2</c> for two.</summary>
    public string Acr => AuthenticationMethods.ClassOf(Proven);
}
