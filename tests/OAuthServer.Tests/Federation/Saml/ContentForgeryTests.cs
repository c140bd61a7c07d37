using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Federation.Saml;

/// <summary>Everything signed by the right key, and one thing in it wrong: another's assertion, an old one, an ambiguous one.</summary>
public sealed class ContentForgeryTests
{
    const string Confirmation = "<saml:SubjectConfirmation Method=\"" + SamlNames.Bearer + "\">";

    static readonly Dictionary<string, (Func<string, string> Break, AssertionFlaw Flaw)> Wrongs = new(StringComparer.Ordinal)
    {
        ["audience of another"] = (xml => xml.With($"Audience>{Sp}<", "Audience>https://other.test<"), AssertionFlaw.WrongAudience),
        ["audience that begins with ours"] = (xml => xml.With($"Audience>{Sp}<", $"Audience>{Sp}.evil.test<"), AssertionFlaw.WrongAudience),
        ["audience that ours begins with"] = (xml => xml.With($"Audience>{Sp}<", "Audience>https://login.our<"), AssertionFlaw.WrongAudience),
        ["audience in capitals"] = (xml => xml.With($"Audience>{Sp}<", "Audience>HTTPS://LOGIN.OUR.TEST<"), AssertionFlaw.WrongAudience),
        ["no audience"] = (xml => xml.With($"<saml:AudienceRestriction><saml:Audience>{Sp}</saml:Audience></saml:AudienceRestriction>", ""), AssertionFlaw.WrongAudience),
        ["empty audience restriction"] = (xml => xml.With($"<saml:Audience>{Sp}</saml:Audience>", ""), AssertionFlaw.WrongAudience),
        ["second restriction without us"] = (xml => xml.With("</saml:AudienceRestriction>", "</saml:AudienceRestriction><saml:AudienceRestriction><saml:Audience>https://other.test</saml:Audience></saml:AudienceRestriction>"), AssertionFlaw.WrongAudience),
        ["no conditions"] = (xml => xml.With("saml:Conditions", "saml:Advice"), AssertionFlaw.WrongAudience),
        ["unknown condition"] = (xml => xml.With("</saml:Conditions>", "<saml:Condition xmlns:x=\"urn:x\" xsi:type=\"x:OnlyOnMondays\"/></saml:Conditions>"), AssertionFlaw.Malformed),
        ["recipient of another"] = (xml => xml.With($"Recipient=\"{Acs}\"", "Recipient=\"https://other.test/acs\""), AssertionFlaw.WrongRecipient),
        ["no recipient"] = (xml => xml.With($" Recipient=\"{Acs}\"", ""), AssertionFlaw.WrongRecipient),
        ["destination of another"] = (xml => xml.With($"Destination=\"{Acs}\"", "Destination=\"https://other.test/acs\""), AssertionFlaw.WrongDestination),
        ["InResponseTo of another request"] = (xml => xml.With("InResponseTo=\"_request\"", "InResponseTo=\"_other\""), AssertionFlaw.NotAsked),
        ["InResponseTo of another request in the confirmation"] = (xml => xml.With("InResponseTo=\"_request\"/>", "InResponseTo=\"_other\"/>"), AssertionFlaw.NotAsked),
        ["InResponseTo absent in the confirmation"] = (xml => xml.With(" InResponseTo=\"_request\"/>", "/>"), AssertionFlaw.Unsolicited),
        ["InResponseTo absent in the response"] = (xml => xml.With(" InResponseTo=\"_request\">", ">"), AssertionFlaw.Unsolicited),
        ["conditions ended"] = (xml => xml.With($"NotOnOrAfter=\"{At(10)}\"", $"NotOnOrAfter=\"{At(-3)}\""), AssertionFlaw.Expired),
        ["conditions not begun"] = (xml => xml.With($"NotBefore=\"{At(-5)}\"", $"NotBefore=\"{At(4)}\""), AssertionFlaw.NotYetValid),
        ["confirmation ended"] = (xml => xml.With($"NotOnOrAfter=\"{At(5)}\"", $"NotOnOrAfter=\"{At(-3)}\""), AssertionFlaw.Expired),
        ["confirmation without end"] = (xml => xml.With($"NotOnOrAfter=\"{At(5)}\" ", ""), AssertionFlaw.SubjectNotConfirmed),
        ["confirmation not begun"] = (xml => xml.With("<saml:SubjectConfirmationData ", $"<saml:SubjectConfirmationData NotBefore=\"{At(4)}\" "), AssertionFlaw.NotYetValid),
        ["session ended"] = (xml => xml.With(At(480), At(-4)), AssertionFlaw.Expired),
        ["authenticated in the future"] = (xml => xml.With($"AuthnInstant=\"{At(-1)}\"", $"AuthnInstant=\"{At(4)}\""), AssertionFlaw.NotYetValid),
        ["end that is no time"] = (xml => xml.With($"NotOnOrAfter=\"{At(10)}\"", "NotOnOrAfter=\"tomorrow\""), AssertionFlaw.Malformed),
        ["end with digits of another script"] = (xml => xml.With($"NotOnOrAfter=\"{At(10)}\"", "NotOnOrAfter=\"٢026-03-04T05:16:07Z\""), AssertionFlaw.Malformed),
        ["no confirmation"] = (xml => xml.With(SamlNames.Bearer, "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"), AssertionFlaw.SubjectNotConfirmed),
        ["confirmation without data"] = (xml => xml.With(Confirmation, Confirmation + "</saml:SubjectConfirmation><saml:SubjectConfirmation Method=\"urn:x\">"), AssertionFlaw.SubjectNotConfirmed),
        ["two subjects"] = (xml => xml.With("<saml:Subject>", $"<saml:Subject><saml:NameID>{Victim}</saml:NameID></saml:Subject><saml:Subject>"), AssertionFlaw.Malformed),
        ["two names"] = (xml => xml.With("<saml:Subject>", $"<saml:Subject><saml:NameID>{Victim}</saml:NameID>"), AssertionFlaw.Malformed),
        ["no name"] = (xml => xml.With("saml:NameID", "saml:BaseID"), AssertionFlaw.NoSubject),
        ["empty name"] = (xml => xml.With($">{Alice}<", "><"), AssertionFlaw.NoSubject),
        ["blank name"] = (xml => xml.With($">{Alice}<", "> \t<"), AssertionFlaw.NoSubject),
        ["name of 513 characters"] = (xml => xml.With($">{Alice}<", $">{new string('a', 513)}<"), AssertionFlaw.NoSubject),
        ["encrypted name"] = (xml => xml.With("saml:NameID", "saml:EncryptedID"), AssertionFlaw.NotDecrypted),
        ["comment in the name"] = (xml => xml.With($">{Alice}<", $">{Victim}<!-- -->.evil.test<"), AssertionFlaw.MixedContent),
        ["processing instruction in the name"] = (xml => xml.With($">{Alice}<", $">{Victim}<?x y?>.evil.test<"), AssertionFlaw.MixedContent),
        ["element in the name"] = (xml => xml.With($">{Alice}<", $">{Victim}<saml:x/>.evil.test<"), AssertionFlaw.MixedContent),
        ["comment in an attribute"] = (xml => xml.With(">sales<", ">admin<!-- -->s<"), AssertionFlaw.MixedContent),
        ["comment in an audience"] = (xml => xml.With($"Audience>{Sp}<", $"Audience>{Sp}<!-- -->.evil.test<"), AssertionFlaw.MixedContent),
        ["element in an audience"] = (xml => xml.With($"Audience>{Sp}<", $"Audience>{Sp}<x/><"), AssertionFlaw.MixedContent),
        ["issuer another"] = (xml => xml.With($"<saml:Issuer>{Idp}<", "<saml:Issuer>https://evil.test<"), AssertionFlaw.WrongIssuer),
        ["issuer of the response another"] = (xml => xml.With($"InResponseTo=\"_request\"><saml:Issuer>{Idp}<", "InResponseTo=\"_request\"><saml:Issuer>https://evil.test<"), AssertionFlaw.WrongIssuer),
        ["issuer of another format"] = (xml => xml.With("<saml:Issuer>", $"<saml:Issuer Format=\"{SamlNames.EmailFormat}\">"), AssertionFlaw.WrongIssuer),
        ["status Responder"] = (xml => xml.With(SamlNames.Success, SamlNames.Responder), AssertionFlaw.ProviderRefused),
        ["status that begins like success"] = (xml => xml.With(SamlNames.Success, SamlNames.Success + "ful"), AssertionFlaw.ProviderRefused),
        ["response of version 1.1"] = (xml => xml.With($"ID=\"_response\" Version=\"2.0\"", $"ID=\"_response\" Version=\"1.1\""), AssertionFlaw.Malformed),
        ["assertion of version 1.1"] = (xml => xml.With($"ID=\"_assertion\" Version=\"2.0\"", $"ID=\"_assertion\" Version=\"1.1\""), AssertionFlaw.Malformed),
        ["no statement of the sign-in"] = (xml => xml.With("saml:AuthnStatement", "saml:Statement"), AssertionFlaw.Malformed),
        ["300 attributes"] = (xml => xml.With("<saml:AttributeStatement>", "<saml:AttributeStatement>" + string.Concat(Enumerable.Range(0, 300).Select(n => $"<saml:Attribute Name=\"{n}\"/>"))), AssertionFlaw.TooLarge),
    };

    public static TheoryData<string> Names => [.. Wrongs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Assertion_is_refused_for(string name)
    {
        var (damage, flaw) = Wrongs[name];
        AssertRefused(flaw, Read(SamlSigner.Sign(damage(Response), "_assertion")));
        AssertRefused(flaw, Read(SamlSigner.Sign(damage(Response), "_response")));
    }

    [Fact]
    public void Signed_response_without_destination_is_refused()
    {
        var without = Response.With($" Destination=\"{Acs}\"", "");
        AssertRefused(AssertionFlaw.WrongDestination, Read(SamlSigner.Sign(without, "_response")));
        AssertHonest(Read(SamlSigner.Sign(without, "_assertion"))); // an unsigned envelope says nothing anyway
    }

    [Fact]
    public void Demanded_context_must_be_met()
    {
        AssertHonest(Read(SignedAssertion, Expected with { AuthnContexts = ["urn:x", PasswordContext] }));
        AssertRefused(AssertionFlaw.ContextNotMet, Read(SignedAssertion, Expected with { AuthnContexts = ["urn:x"] }));
    }

    [Fact]
    public void Sign_in_must_be_as_new_as_demanded()
    {
        AssertHonest(Read(SignedAssertion, Expected with { AuthenticatedSince = Now.AddMinutes(2) }));
        AssertRefused(AssertionFlaw.ContextNotMet, Read(SignedAssertion, Expected with { AuthenticatedSince = Now.AddMinutes(2.1) }));
    }

    [Fact]
    public void Comment_put_into_a_signed_name_afterwards_is_refused() =>
        AssertRefused(AssertionFlaw.MixedContent, Read(SamlSigner.Sign(Response.With(Alice, Victim + ".evil.test"), "_assertion").With($"{Victim}.evil", $"{Victim}<!-- -->.evil")));

    [Fact]
    public void Assertion_for_one_provider_is_not_one_of_another() =>
        AssertRefused(AssertionFlaw.WrongIssuer, Read(SignedAssertion, Expected with { IdentityProvider = "https://idp.other.test" }));
}
