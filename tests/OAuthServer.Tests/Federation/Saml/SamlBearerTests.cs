using System.Buffers.Text;
using System.Text;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Federation.Saml;

public sealed class SamlBearerTests
{
    const string App = "the-app";

    static readonly SamlBearerExpectation Expectation = new()
    {
        KeysOf = issuer => issuer == App ? [IdpPublic] : null,
        Audiences = [Sp, TokenUrl],
        Recipients = [TokenUrl],
        Now = Now,
    };

    static readonly string Bare = $"""
        <saml:Assertion xmlns:saml="{SamlNames.Assertion}" ID="_assertion" Version="2.0" IssueInstant="{At(0)}"><saml:Issuer>{App}</saml:Issuer><saml:Subject><saml:NameID>{Alice}</saml:NameID><saml:SubjectConfirmation Method="{SamlNames.Bearer}"><saml:SubjectConfirmationData NotOnOrAfter="{At(5)}" Recipient="{TokenUrl}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions><saml:AudienceRestriction><saml:Audience>{Sp}</saml:Audience></saml:AudienceRestriction></saml:Conditions></saml:Assertion>
        """;

    [Fact]
    public void Signed_assertion_of_an_app_is_read()
    {
        var reading = Read(SamlSigner.Sign(Bare, "_assertion"));
        AssertHonest(reading);
        Assert.Equal((App, null, Now.AddMinutes(5) + SamlExpectation.Skew), (reading.Assertion!.Issuer, reading.Assertion.Authentication, reading.Assertion.UsableUntil));
        AssertHonest(Read(SamlSigner.Sign(Bare, "_assertion"), padded: true));
    }

    [Fact]
    public void Confirmation_without_data_is_taken_where_the_conditions_end()
    {
        var bare = Bare.With($"<saml:SubjectConfirmationData NotOnOrAfter=\"{At(5)}\" Recipient=\"{TokenUrl}\"/>", "");
        AssertHonest(Read(SamlSigner.Sign(bare.With("<saml:Conditions>", $"<saml:Conditions NotOnOrAfter=\"{At(2)}\">"), "_assertion")));
        AssertRefused(AssertionFlaw.SubjectNotConfirmed, Read(SamlSigner.Sign(bare, "_assertion")));
    }

    [Fact]
    public void Forged_assertion_is_refused()
    {
        var signed = SamlSigner.Sign(Bare, "_assertion");
        AssertRefused(AssertionFlaw.NotSigned, Read(Bare));
        AssertRefused(AssertionFlaw.SignatureInvalid, Read(signed.With(Alice, Victim)));
        AssertRefused(AssertionFlaw.SignatureInvalid, Read(new SamlSigner { Key = Private(Stranger) }.SignElement(Bare, "_assertion")));
        AssertRefused(AssertionFlaw.WrongIssuer, Read(SamlSigner.Sign(Bare.With($">{App}<", ">other<"), "_assertion")));
        AssertRefused(AssertionFlaw.WrongAudience, Read(SamlSigner.Sign(Bare.With($"Audience>{Sp}<", "Audience>https://other.test<"), "_assertion")));
        AssertRefused(AssertionFlaw.WrongRecipient, Read(SamlSigner.Sign(Bare.With(TokenUrl, TokenUrl + "/"), "_assertion")));
        AssertRefused(AssertionFlaw.WrongRecipient, Read(SamlSigner.Sign(Bare.With($" Recipient=\"{TokenUrl}\"", ""), "_assertion")));
        AssertRefused(AssertionFlaw.Expired, Read(SamlSigner.Sign(Bare.With(At(5), At(-3)), "_assertion")));
        AssertRefused(AssertionFlaw.NoSubject, Read(SamlSigner.Sign(Bare.With(Alice, ""), "_assertion")));
        AssertRefused(AssertionFlaw.MixedContent, Read(SamlSigner.Sign(Bare.With(Alice, "a<!-- -->b"), "_assertion")));
        AssertRefused(AssertionFlaw.NotOneAssertion, Read(SignedAssertion));
        AssertRefused(AssertionFlaw.NotOneAssertion, Read(Bare.With("</saml:Assertion>", "<saml:Advice>" + SamlSigner.Sign(Bare.With("_assertion", "_b"), "_b") + "</saml:Advice></saml:Assertion>")));
        AssertRefused(AssertionFlaw.DocumentType, Read("<!DOCTYPE a>" + signed));
    }

    [Theory]
    [InlineData("")]
    [InlineData("+/+/")]
    [InlineData("a")]
    [InlineData("ä")]
    public void What_is_no_base64url_is_refused(string text) => AssertRefused(AssertionFlaw.Malformed, SamlBearer.Read(text, Expectation));

    static SamlReading Read(string xml, bool padded = false)
    {
        var text = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(xml));
        return SamlBearer.Read(padded ? text + new string('=', (4 - (text.Length % 4)) % 4) : text, Expectation);
    }
}
