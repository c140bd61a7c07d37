using System.Xml;

namespace OAuthServer.Federation.Saml;

/// <summary>
/// Reads answers of identity providers to the assertion consumer service (HTTP-POST binding; core 3.2.2, profiles 4.1.4.2). Pure: no
/// clock, no store, no network. Whether the assertion was used before is not known here: claim its ID. Whoever brought a response is
/// told one sentence for all flaws.
/// </summary>
public static class SamlResponses
{
    /// <summary>The verdict on a response.</summary>
    /// <param name="base64">The form field SAMLResponse.</param>
    /// <param name="expectation">What it is held against.</param>
    public static SamlReading Read(string base64, SamlExpectation expectation)
    {
        var (document, flaw) = SafeXml.ReadBase64(base64, XmlLimits.Message);
        var reading = new Message(document, expectation);
        var assertion = reading.Stage(flaw) ? reading.Judge() : null;
        return new(reading.Checks.Made, assertion, reading.Checks.Flaw, reading.Xml);
    }

    /// <summary>What a response says of itself, to look up what to expect of it; null when it is none. Nothing of it is verified.</summary>
    public static SamlClaim? Peek(string base64)
    {
        if (SafeXml.ReadBase64(base64, XmlLimits.Message).Document?.DocumentElement is not { } root || !root.Is(SamlNames.Protocol, "Response"))
            return null;
        var issuer = root.Elements(SamlNames.Assertion, "Issuer").Concat(
            root.Elements(SamlNames.Assertion, "Assertion").SelectMany(assertion => assertion.Elements(SamlNames.Assertion, "Issuer"))).FirstOrDefault();
        return new(issuer?.Text(), root.Attribute("InResponseTo"));
    }

    /// <summary>One response on its way.</summary>
    sealed class Message(XmlDocument? document, SamlExpectation expected)
    {
        internal CheckList Checks { get; } = new();

        /// <summary>For display; see <see cref="SamlReading"/>.</summary>
        internal string? Xml { get; private set; } = document?.OuterXml;

        internal bool Stage(AssertionFlaw flaw) => Checks.Stage(
            flaw, null, AssertionFlaw.TooLarge, AssertionFlaw.DocumentType, AssertionFlaw.Malformed, AssertionFlaw.DuplicateId, AssertionFlaw.MixedContent);

        internal SamlAssertion? Judge()
        {
            var response = document!.DocumentElement!;
            if (!Checks.Check(AssertionFlaw.Malformed, IsResponse(response), response.Name)
                || !Checks.Check(AssertionFlaw.ProviderRefused, StatusOf(response) is { } status && status.StartsWith(SamlNames.Success + "\n", StringComparison.Ordinal), StatusOf(response)))
                return null;
            var assertions = Assertions(response);
            if (!Checks.Check(AssertionFlaw.NotOneAssertion, assertions is [{ } one] && one.ParentNode == response, Count(assertions)))
                return null;
            if (expected.MustBeEncrypted && !Checks.Check(AssertionFlaw.NotEncrypted, assertions[0].LocalName == "EncryptedAssertion"))
                return null;
            return SignedIn(response, assertions[0]) is { } signed && Signed(signed.Assertion) is { } parsed ? JudgeContent(signed.Response, signed.ResponseIsSigned, parsed) : null;
        }

        ParsedAssertion? Signed(XmlElement assertion)
        {
            var (parsed, flaw) = AssertionParser.Parse(assertion);
            Checks.Stage(flaw, parsed?.Id, AssertionFlaw.Malformed, AssertionFlaw.MixedContent);
            return parsed;
        }

        SamlAssertion? JudgeContent(XmlElement response, bool responseIsSigned, ParsedAssertion parsed)
        {
            if (response.Elements(SamlNames.Assertion, "Issuer").FirstOrDefault() is { } issuer)
                Checks.Check(AssertionFlaw.WrongIssuer, issuer.Text() == expected.IdentityProvider && issuer.Attribute("Format") is null or SamlNames.EntityFormat, issuer.Text());
            // Bindings section 3.5.5.2 demands it of signed ones; core section 3.2.2 has a wrong one refused in any case.
            var destination = response.UriAttribute("Destination");
            Checks.Check(AssertionFlaw.WrongDestination, destination is null ? !responseIsSigned : destination == expected.AssertionConsumerServiceUrl, destination);
            var answers = response.Attribute("InResponseTo");
            var flaw = AssertionRules.Answer(answers, expected);
            Checks.Check(flaw == AssertionFlaw.None ? AssertionFlaw.NotAsked : flaw, flaw == AssertionFlaw.None, answers);
            var rules = new AssertionRules
            {
                Issuer = expected.IdentityProvider,
                Audiences = [expected.ServiceProvider],
                Recipients = [expected.AssertionConsumerServiceUrl],
                Now = expected.Now,
                SignIn = expected,
            };
            return rules.Judge(parsed, Checks);
        }

        /// <summary>The response and its assertion as signed: from here on nothing is read from the document as it came but an unsigned response's envelope.</summary>
        (XmlElement Response, bool ResponseIsSigned, XmlElement Assertion)? SignedIn(XmlElement response, XmlElement assertion)
        {
            var encrypted = assertion.LocalName == "EncryptedAssertion";
            if (!Checks.Check(AssertionFlaw.SignedElsewhere, response.All().Where(IsSignature).All(s => s.ParentNode == response || (s.ParentNode == assertion && !encrypted))))
                return null;
            var responseIsSigned = response.Elements().Any(IsSignature);
            if (responseIsSigned)
            {
                if (Covered(response) is not { } covered)
                    return null;
                // A signature of the assertion is verified where it stands; see Canonical.
                var signedAssertion = encrypted || !assertion.Elements().Any(IsSignature) ? Assertions(covered)[0] : Covered(assertion);
                if (signedAssertion is null)
                    return null;
                return encrypted ? Opened(covered, signedAssertion, mustBeSigned: false) : (covered, true, signedAssertion);
            }
            if (encrypted)
                return Opened(response, assertion, mustBeSigned: true);
            return Covered(assertion) is { } alone ? (response, false, alone) : null;
        }

        /// <summary>Decrypts, and verifies the signature inside. Also the failure of the limits is NotDecrypted: one flaw for whatever a changed ciphertext does.</summary>
        (XmlElement Response, bool ResponseIsSigned, XmlElement Assertion)? Opened(XmlElement response, XmlElement encrypted, bool mustBeSigned)
        {
            var plaintext = AssertionDecryption.Open(encrypted, expected.DecryptionKeys);
            var assertion = plaintext is null ? null : SafeXml.Read(plaintext, XmlLimits.Message).Document?.DocumentElement;
            if (!Checks.Check(AssertionFlaw.NotDecrypted, assertion is not null && assertion.Is(SamlNames.Assertion, "Assertion")))
                return null;
            Show(assertion!);
            if (!Checks.Check(AssertionFlaw.NotOneAssertion, Assertions(assertion!).Count == 1)
                || !Checks.Check(AssertionFlaw.DuplicateId, !response.All().Any(outer => outer.Attribute("ID") == assertion!.Attribute("ID")))
                || !Checks.Check(AssertionFlaw.SignedElsewhere, assertion!.All().Where(IsSignature).All(signature => signature.ParentNode == assertion)))
                return null;
            if (!mustBeSigned && !assertion!.Elements().Any(IsSignature))
                return (response, true, assertion!);
            return Covered(assertion!) is { } covered ? (response, !mustBeSigned, covered) : null;
        }

        XmlElement? Covered(XmlElement carrier)
        {
            var (covered, flaw) = EnvelopedSignature.Verify(carrier, expected.SigningKeys, XmlLimits.Message);
            Checks.Stage(flaw, carrier.LocalName, AssertionFlaw.NotSigned, AssertionFlaw.SignedElsewhere, AssertionFlaw.WeakSignature, AssertionFlaw.SignatureInvalid);
            return covered;
        }

        void Show(XmlElement assertion)
        {
            var shown = (XmlDocument)document!.Clone();
            var encrypted = Assertions(shown.DocumentElement!)[0];
            encrypted.ParentNode!.ReplaceChild(shown.ImportNode(assertion, deep: true), encrypted);
            Xml = shown.OuterXml;
        }

        static bool IsResponse(XmlElement root) =>
            root.Is(SamlNames.Protocol, "Response") && root.Attribute("Version") == "2.0" && root.Attribute("ID") is { Length: > 0 }
            && root.Elements(SamlNames.Protocol, "Status").Take(2).Count() == 1 && root.Elements(SamlNames.Assertion, "Issuer").Take(2).Count() < 2;

        /// <summary>Status codes, outermost first, and the message, a line each (core section 3.2.2.1).</summary>
        static string? StatusOf(XmlElement response)
        {
            var status = response.Elements(SamlNames.Protocol, "Status").Single();
            var codes = status.All().Where(element => element.Is(SamlNames.Protocol, "StatusCode")).ToList();
            if (status.Elements(SamlNames.Protocol, "StatusCode").Take(2).Count() != 1)
                return null;
            return string.Join('\n', codes.Select(code => code.UriAttribute("Value")).Append(status.Elements(SamlNames.Protocol, "StatusMessage").FirstOrDefault()?.Text()));
        }

        /// <summary>All assertions of the document, wherever they hide.</summary>
        static List<XmlElement> Assertions(XmlElement root) =>
            [.. root.All().Where(element => element.NamespaceURI == SamlNames.Assertion && element.LocalName is "Assertion" or "EncryptedAssertion")];

        static bool IsSignature(XmlElement element) => element.Is(SamlNames.Signature, "Signature");

        static string Count(List<XmlElement> assertions) => assertions.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
