using System.Xml;

namespace OAuthServer.Federation.Saml;

/// <summary>What a logout message of a provider is held against.</summary>
public sealed record SamlLogoutExpectation
{
    /// <summary>Entity id of the provider.</summary>
    public required string IdentityProvider { get; init; }

    /// <summary>All its signing keys.</summary>
    public required IReadOnlyList<SamlKey> SigningKeys { get; init; }

    /// <summary>The address the message came to, as in our metadata.</summary>
    public required string SingleLogoutUrl { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>ID of our LogoutRequest that is open; null: none is, and any LogoutResponse is one that nobody asked for.</summary>
    public string? RequestId { get; init; }
}

/// <summary>What came of reading a logout message.</summary>
/// <param name="Message">A <see cref="LogoutRequest"/> or <see cref="LogoutResponse"/> that holds; null otherwise.</param>
/// <param name="Flaw">The first thing that does not hold; None with a message.</param>
/// <param name="RelayState">To be given back with an answer, as it came; only of a redirect, whose signature covers it.</param>
/// <param name="UsableUntil">The message's ID, with its issuer, is to be claimed until then, for it is refused as expired from then on.</param>
public sealed record SamlLogoutReading(SamlMessage? Message, AssertionFlaw Flaw, string? RelayState = null, DateTimeOffset UsableUntil = default);

/// <summary>Reads logout messages of both bindings (profiles section 4.4): signed always, by keys of the configuration.</summary>
public static class SamlLogouts
{
    /// <summary>How old a message may be, clocks' differences aside: it is carried by a browser that is redirected at once.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    const int MostSessions = 100;

    /// <summary>The verdict on a redirected message.</summary>
    /// <param name="rawQuery">The query exactly as it came on the wire, nothing decoded.</param>
    /// <param name="expectation">What it is held against.</param>
    public static SamlLogoutReading ReadRedirect(string rawQuery, SamlLogoutExpectation expectation)
    {
        var (content, flaw) = RedirectQuery.Read(rawQuery, expectation.SigningKeys);
        if (content is null)
            return new(null, flaw);
        var (document, problem) = SafeXml.Read(content.Xml, XmlLimits.Message);
        if (document is null)
            return new(null, problem);
        // Bindings section 3.4.4.1: a signature within has been taken out by whoever keeps to it.
        if (document.DocumentElement!.All().Any(IsSignature))
            return new(null, AssertionFlaw.Malformed);
        return Judge(document.DocumentElement!, expectation, content.Field) with { RelayState = content.RelayState };
    }

    /// <summary>The verdict on a posted message.</summary>
    /// <param name="field">The name of the form field it came in: SAMLRequest or SAMLResponse.</param>
    /// <param name="base64">Its value.</param>
    /// <param name="expectation">What it is held against.</param>
    public static SamlLogoutReading ReadPost(string field, string base64, SamlLogoutExpectation expectation)
    {
        var (document, flaw) = SafeXml.ReadBase64(base64, XmlLimits.Message);
        if (document is null)
            return new(null, flaw);
        var root = document.DocumentElement!;
        if (root.All().Where(IsSignature).Any(signature => signature.ParentNode != root))
            return new(null, AssertionFlaw.SignedElsewhere);
        var (covered, problem) = EnvelopedSignature.Verify(root, expectation.SigningKeys, XmlLimits.Message);
        return covered is null ? new(null, problem) : Judge(covered, expectation, field);
    }

    static SamlLogoutReading Judge(XmlElement root, SamlLogoutExpectation expected, string field)
    {
        var isRequest = root.Is(SamlNames.Protocol, "LogoutRequest") && field == "SAMLRequest";
        if ((!isRequest && (!root.Is(SamlNames.Protocol, "LogoutResponse") || field != "SAMLResponse")) || root.Attribute("Version") != "2.0"
            || root.Attribute("ID") is not { Length: > 0 and <= 1024 } id || root.Attribute("IssueInstant") is not { } instant || ElementReading.Time(instant) is not { } issued)
            return new(null, AssertionFlaw.Malformed);
        if (root.Elements(SamlNames.Assertion, "Issuer").ToList() is not [var issuer] || issuer.Text() != expected.IdentityProvider
            || issuer.Attribute("Format") is not (null or SamlNames.EntityFormat))
            return new(null, AssertionFlaw.WrongIssuer);
        if (root.UriAttribute("Destination") != expected.SingleLogoutUrl)
            return new(null, AssertionFlaw.WrongDestination);
        var end = root.Attribute("NotOnOrAfter") is { } limit ? ElementReading.Time(limit) : DateTimeOffset.MaxValue;
        if (end is null)
            return new(null, AssertionFlaw.Malformed);
        if (issued > expected.Now + SamlExpectation.Skew)
            return new(null, AssertionFlaw.NotYetValid);
        if (issued + Lifetime <= expected.Now - SamlExpectation.Skew || end <= expected.Now - SamlExpectation.Skew)
            return new(null, AssertionFlaw.Expired);
        var head = new Head(id, issued, expected.SingleLogoutUrl, expected.IdentityProvider);
        return (isRequest ? Request(root, head, end == DateTimeOffset.MaxValue ? null : end) : Response(root, head, expected)) with
        {
            UsableUntil = issued + Lifetime + SamlExpectation.Skew,
        };
    }

    static SamlLogoutReading Request(XmlElement root, Head head, DateTimeOffset? end)
    {
        if (root.Elements(SamlNames.Assertion, "EncryptedID").Any())
            return new(null, AssertionFlaw.NotDecrypted);
        if (root.Elements(SamlNames.Assertion, "NameID").ToList() is not [var element])
            return new(null, AssertionFlaw.NoSubject);
        var (name, flaw) = AssertionParser.ReadNameId(element);
        if (name is null)
            return new(null, flaw);
        var sessions = root.Elements(SamlNames.Protocol, "SessionIndex").Select(index => index.Text()).ToList();
        if (sessions.Count > MostSessions)
            return new(null, AssertionFlaw.TooLarge);
        return sessions.Contains(null)
            ? new(null, AssertionFlaw.MixedContent)
            : new(new LogoutRequest(head.Id, head.Issued, head.Destination, head.Issuer, name, [.. sessions.OfType<string>()], end), AssertionFlaw.None);
    }

    static SamlLogoutReading Response(XmlElement root, Head head, SamlLogoutExpectation expected)
    {
        if (expected.RequestId is null || root.Attribute("InResponseTo") != expected.RequestId)
            return new(null, AssertionFlaw.NotAsked);
        if (root.Elements(SamlNames.Protocol, "Status").ToList() is not [var status] || status.Elements(SamlNames.Protocol, "StatusCode").ToList() is not [var code])
            return new(null, AssertionFlaw.Malformed);
        return new(new LogoutResponse(head.Id, head.Issued, head.Destination, head.Issuer, expected.RequestId, code.UriAttribute("Value") ?? ""), AssertionFlaw.None);
    }

    static bool IsSignature(XmlElement element) => element.Is(SamlNames.Signature, "Signature");

    sealed record Head(string Id, DateTimeOffset Issued, string Destination, string Issuer);
}
