using System.Xml.Linq;

namespace OAuthServer.Federation.Saml;

/// <summary>A message of the protocol (core section 3).</summary>
/// <param name="Id">ID; see <see cref="SamlRequests.NewId"/>.</param>
/// <param name="IssueInstant">When it was made.</param>
/// <param name="Destination">The address it is for.</param>
/// <param name="Issuer">Entity id of who made it.</param>
public abstract record SamlMessage(string Id, DateTimeOffset IssueInstant, string Destination, string Issuer)
{
    static readonly XNamespace Samlp = SamlNames.Protocol;
    static readonly XNamespace Saml = SamlNames.Assertion;

    /// <summary>The field or parameter that carries it: SAMLRequest or SAMLResponse.</summary>
    public abstract string Field { get; }

    internal abstract XElement ToXml();

    private protected XElement Root(string name, params object?[] content) => new(
        Samlp + name, new XAttribute(XNamespace.Xmlns + "samlp", Samlp.NamespaceName), new XAttribute(XNamespace.Xmlns + "saml", Saml.NamespaceName),
        new XAttribute("ID", Id), new XAttribute("Version", "2.0"), new XAttribute("IssueInstant", ElementReading.Written(IssueInstant)),
        new XAttribute("Destination", Destination), new XElement(Saml + "Issuer", Issuer), content);

    private protected static XAttribute? Optional(string name, string? value) => value is null ? null : new(name, value);

    private protected static XElement Protocol(string name, params object?[] content) => new(Samlp + name, content);

    private protected static XElement Assertion(string name, params object?[] content) => new(Saml + name, content);
}

/// <summary>Asks a provider to sign somebody in (core section 3.4), and to post its answer to the assertion consumer service.</summary>
public sealed record AuthnRequest(string Id, DateTimeOffset IssueInstant, string Destination, string Issuer, string AssertionConsumerServiceUrl)
    : SamlMessage(Id, IssueInstant, Destination, Issuer)
{
    /// <summary>The person is to authenticate anew.</summary>
    public bool ForceAuthn { get; init; }

    /// <summary>Nobody is to be shown anything.</summary>
    public bool IsPassive { get; init; }

    /// <summary>The kind of name that is wanted; null: whatever the provider gives.</summary>
    public string? NameIdFormat { get; init; }

    /// <summary>The context classes that will do, exactly; empty: any.</summary>
    public IReadOnlyList<string> AuthnContexts { get; init; } = [];

    public override string Field => "SAMLRequest";

    internal override XElement ToXml() => Root(
        "AuthnRequest", ForceAuthn ? new XAttribute("ForceAuthn", "true") : null, IsPassive ? new XAttribute("IsPassive", "true") : null,
        new XAttribute("ProtocolBinding", SamlNames.PostBinding), new XAttribute("AssertionConsumerServiceURL", AssertionConsumerServiceUrl),
        Protocol("NameIDPolicy", Optional("Format", NameIdFormat), new XAttribute("AllowCreate", "true")),
        AuthnContexts.Count == 0 ? null : Protocol(
            "RequestedAuthnContext", new XAttribute("Comparison", "exact"), AuthnContexts.Select(context => Assertion("AuthnContextClassRef", context))));
}

/// <summary>
/// Asks to end somebody's sessions (core section 3.7.1): the subject is named with the qualifiers of the assertion that signed them in; no
/// session index means all sessions; NotOnOrAfter null means no end of its own.
/// </summary>
public sealed record LogoutRequest(
    string Id, DateTimeOffset IssueInstant, string Destination, string Issuer, SamlNameId Subject, IReadOnlyList<string> SessionIndexes, DateTimeOffset? NotOnOrAfter = null)
    : SamlMessage(Id, IssueInstant, Destination, Issuer)
{
    public override string Field => "SAMLRequest";

    internal override XElement ToXml() => Root(
        "LogoutRequest", Optional("NotOnOrAfter", NotOnOrAfter is { } end ? ElementReading.Written(end) : null),
        Assertion(
            "NameID", Optional("NameQualifier", Subject.NameQualifier), Optional("SPNameQualifier", Subject.SpNameQualifier), Optional("Format", Subject.Format), Subject.Value),
        SessionIndexes.Select(index => Protocol("SessionIndex", index)));
}

/// <summary>
/// Says what became of the LogoutRequest whose ID is InResponseTo (core section 3.7.2). Status is the outermost status code:
/// <see cref="SamlNames.Success"/> when the sessions have ended.
/// </summary>
public sealed record LogoutResponse(string Id, DateTimeOffset IssueInstant, string Destination, string Issuer, string InResponseTo, string Status)
    : SamlMessage(Id, IssueInstant, Destination, Issuer)
{
    public override string Field => "SAMLResponse";

    internal override XElement ToXml() => Root(
        "LogoutResponse", new XAttribute("InResponseTo", InResponseTo), Protocol("Status", Protocol("StatusCode", new XAttribute("Value", Status))));
}
