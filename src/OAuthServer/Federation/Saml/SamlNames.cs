namespace OAuthServer.Federation.Saml;

/// <summary>The names of SAML 2.0, XML Signature and XML Encryption as they stand in documents.</summary>
public static class SamlNames
{
    public const string Protocol = "urn:oasis:names:tc:SAML:2.0:protocol";
    public const string Assertion = "urn:oasis:names:tc:SAML:2.0:assertion";
    public const string Metadata = "urn:oasis:names:tc:SAML:2.0:metadata";
    public const string Signature = "http://www.w3.org/2000/09/xmldsig#";
    public const string Encryption = "http://www.w3.org/2001/04/xmlenc#";
    public const string Encryption11 = "http://www.w3.org/2009/xmlenc11#";
    public const string ExclusiveCanonicalization = "http://www.w3.org/2001/10/xml-exc-c14n#";
    public const string EnvelopedSignature = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

    /// <summary>Bindings section 3.4.</summary>
    public const string RedirectBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

    /// <summary>Bindings section 3.5.</summary>
    public const string PostBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

    /// <summary>Profiles section 3.3.</summary>
    public const string Bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

    /// <summary>Core section 8.3.6: the only format an issuer may have.</summary>
    public const string EntityFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
    public const string PersistentFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    public const string TransientFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    public const string EmailFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
    public const string UnspecifiedFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

    /// <summary>Core section 3.2.2.2.</summary>
    public const string Success = "urn:oasis:names:tc:SAML:2.0:status:Success";
    public const string Requester = "urn:oasis:names:tc:SAML:2.0:status:Requester";
    public const string Responder = "urn:oasis:names:tc:SAML:2.0:status:Responder";
}
