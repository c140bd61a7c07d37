using System.Xml;

namespace OAuthServer.Federation.Saml;

/// <summary>
/// An assertion whose shape is that of core section 2 and whose values can be read; whether they hold is not known yet. IssuerIsEntity:
/// its Format is absent or entity. Subject: null when it names nobody, or with too long a name. Confirmations: the bearer ones, others
/// are passed over. UnknownCondition: one that nobody here can judge. Audiences: those of each AudienceRestriction.
/// </summary>
sealed record ParsedAssertion(
    string Id, DateTimeOffset IssuedAt, string Issuer, bool IssuerIsEntity, SamlNameId? Subject, IReadOnlyList<ParsedConfirmation> Confirmations,
    DateTimeOffset? NotBefore, DateTimeOffset? NotOnOrAfter, string? UnknownCondition, IReadOnlyList<IReadOnlyList<string>> Audiences,
    IReadOnlyList<SamlAuthentication> Authentications, IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes);

/// <summary>A bearer confirmation (core section 2.4.1). Without data all are null.</summary>
sealed record ParsedConfirmation(string? Recipient, DateTimeOffset? NotBefore, DateTimeOffset? NotOnOrAfter, string? InResponseTo);

/// <summary>Reads one assertion, noting the first thing that cannot be read.</summary>
sealed class AssertionParser
{
    const int MostAttributes = 256;
    const int MostName = 1024;
    AssertionFlaw flaw;

    internal static (ParsedAssertion? Parsed, AssertionFlaw Flaw) Parse(XmlElement assertion)
    {
        var parser = new AssertionParser();
        var parsed = parser.Read(assertion);
        return parser.flaw == AssertionFlaw.None ? (parsed, AssertionFlaw.None) : (null, parser.flaw);
    }

    ParsedAssertion Read(XmlElement assertion)
    {
        if (!assertion.Is(SamlNames.Assertion, "Assertion") || assertion.Attribute("Version") != "2.0")
            Note(AssertionFlaw.Malformed);
        var id = Required(assertion.Attribute("ID"));
        var issuedAt = Required(Time(assertion, "IssueInstant"));
        var issuer = One(assertion, "Issuer");
        var subject = One(assertion, "Subject");
        var conditions = AtMostOne(assertion, "Conditions");
        return new(
            id, issuedAt, issuer is null ? "" : Text(issuer), issuer?.Attribute("Format") is null or SamlNames.EntityFormat,
            subject is null ? null : Name(subject), subject is null ? [] : Confirmations(subject),
            Time(conditions, "NotBefore"), Time(conditions, "NotOnOrAfter"), conditions?.Elements().FirstOrDefault(element => !IsKnownCondition(element))?.Name,
            conditions is null ? [] : [.. conditions.Elements(SamlNames.Assertion, "AudienceRestriction").Select(Audiences)],
            [.. assertion.Elements(SamlNames.Assertion, "AuthnStatement").Select(Authentication)], Attributes(assertion));
    }

    /// <summary>OneTimeUse holds anyway, since each assertion is taken once; ProxyRestriction binds whoever asserts further, and we do not.</summary>
    static bool IsKnownCondition(XmlElement element) =>
        element.NamespaceURI == SamlNames.Assertion && element.LocalName is "AudienceRestriction" or "OneTimeUse" or "ProxyRestriction";

    SamlNameId? Name(XmlElement subject)
    {
        if (subject.Elements(SamlNames.Assertion, "EncryptedID").Any())
            Note(AssertionFlaw.NotDecrypted); // the assertion as a whole may be encrypted; a name alone is not opened
        return AtMostOne(subject, "NameID") is { } element ? NameId(element) : null;
    }

    SamlNameId? NameId(XmlElement element)
    {
        var (name, problem) = ReadNameId(element);
        Note(problem == AssertionFlaw.NoSubject ? AssertionFlaw.None : problem); // a check of its own
        return name;
    }

    /// <summary>A NameID (core section 2.2.3) of an assertion or a LogoutRequest.</summary>
    internal static (SamlNameId? Name, AssertionFlaw Flaw) ReadNameId(XmlElement element)
    {
        if (element.Text() is not { } value)
            return (null, AssertionFlaw.MixedContent);
        string?[] qualifiers = [element.UriAttribute("Format"), element.Attribute("NameQualifier"), element.Attribute("SPNameQualifier")];
        if (Array.Exists(qualifiers, text => text is { Length: > MostName }))
            return (null, AssertionFlaw.TooLarge);
        return string.IsNullOrWhiteSpace(value) || value.Length > SamlNameId.MaxLength
            ? (null, AssertionFlaw.NoSubject) : (new(value, qualifiers[0], qualifiers[1], qualifiers[2]), AssertionFlaw.None);
    }

    List<ParsedConfirmation> Confirmations(XmlElement subject) =>
    [
        .. subject.Elements(SamlNames.Assertion, "SubjectConfirmation").Where(confirmation => confirmation.UriAttribute("Method") == SamlNames.Bearer)
            .Select(confirmation => AtMostOne(confirmation, "SubjectConfirmationData"))
            .Select(data => new ParsedConfirmation(data?.UriAttribute("Recipient"), Time(data, "NotBefore"), Time(data, "NotOnOrAfter"), data?.Attribute("InResponseTo"))),
    ];

    List<string> Audiences(XmlElement restriction)
    {
        if (restriction.Elements().Any(element => !element.Is(SamlNames.Assertion, "Audience")))
            Note(AssertionFlaw.Malformed);
        return [.. restriction.Elements().Select(UriText)];
    }

    SamlAuthentication Authentication(XmlElement statement)
    {
        var context = One(statement, "AuthnContext");
        var reference = context is null ? null : AtMostOne(context, "AuthnContextClassRef");
        var index = statement.Attribute("SessionIndex");
        if (index is { Length: > MostName })
            Note(AssertionFlaw.TooLarge);
        return new(Required(Time(statement, "AuthnInstant")), reference is null ? null : UriText(reference), index, Time(statement, "SessionNotOnOrAfter"));
    }

    Dictionary<string, IReadOnlyList<string>> Attributes(XmlElement assertion)
    {
        var read = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var attribute in assertion.Elements(SamlNames.Assertion, "AttributeStatement").SelectMany(statement => statement.Elements(SamlNames.Assertion, "Attribute")))
        {
            var name = Required(attribute.Attribute("Name"));
            if (!read.TryGetValue(name, out var values))
                read[name] = values = [];
            values.AddRange(attribute.Elements(SamlNames.Assertion, "AttributeValue").Where(value => !IsNil(value)).Select(value => value.Text())
                .OfType<string>().Where(value => value.Length <= SamlAssertion.MaxAttributeValue));
        }
        if (read.Count > MostAttributes || read.Keys.Any(name => name.Length > MostName))
            Note(AssertionFlaw.TooLarge);
        return read.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)pair.Value, StringComparer.Ordinal);
    }

    static bool IsNil(XmlElement value) => value.GetAttribute("nil", "http://www.w3.org/2001/XMLSchema-instance") is "true" or "1";

    XmlElement? One(XmlElement parent, string name)
    {
        var element = AtMostOne(parent, name);
        if (element is null)
            Note(AssertionFlaw.Malformed);
        return element;
    }

    XmlElement? AtMostOne(XmlElement parent, string name)
    {
        var elements = parent.Elements(SamlNames.Assertion, name).Take(2).ToList();
        if (elements.Count == 2)
            Note(AssertionFlaw.Malformed);
        return elements.FirstOrDefault();
    }

    string Text(XmlElement element) => element.Text() ?? Mixed();

    string UriText(XmlElement element) => element.UriText() ?? Mixed();

    string Mixed()
    {
        Note(AssertionFlaw.MixedContent);
        return "";
    }

    /// <summary>Null when there is no such attribute; one that is there and cannot be read is a flaw, never an absent limit.</summary>
    DateTimeOffset? Time(XmlElement? element, string name)
    {
        if (element?.Attribute(name) is not { } text)
            return null;
        var time = ElementReading.Time(text);
        if (time is null)
            Note(AssertionFlaw.Malformed);
        return time;
    }

    DateTimeOffset Required(DateTimeOffset? time)
    {
        if (time is null)
            Note(AssertionFlaw.Malformed);
        return time ?? default;
    }

    string Required(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MostName)
            Note(AssertionFlaw.Malformed);
        return text ?? "";
    }

    void Note(AssertionFlaw found)
    {
        if (flaw == AssertionFlaw.None)
            flaw = found;
    }
}
