namespace OAuthServer.Tests.Support.Providers;

/// <summary>Bindings by their identifiers (SAML bindings, section 3).</summary>
public static class SamlBinding
{
    public const string Redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
    public const string Post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
}

/// <summary>What an identity provider puts into the NameID (SAML core, section 8.3).</summary>
/// <param name="Format">Its format.</param>
/// <param name="Attribute">The attribute of the account it is; null = made by the provider: a random one for each sign-in (transient),
/// otherwise a hash of the account's uid and both parties' entity ids.</param>
public sealed record SamlNameId(string Format, string? Attribute = null)
{
    public const string PersistentFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    public const string TransientFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    public const string EmailFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
    public const string UnspecifiedFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

    public static SamlNameId Persistent { get; } = new(PersistentFormat);

    public static SamlNameId Transient { get; } = new(TransientFormat);

    public static SamlNameId Email { get; } = new(EmailFormat, "mail");

    public static SamlNameId Unspecified(string attribute = "uid") => new(UnspecifiedFormat, attribute);
}
