using static OAuthServer.Tests.Federation.MessageReading;

namespace OAuthServer.Tests.Federation;

/// <summary>The samples are what SimpleSAMLphp sent, untouched: each signature holds, and the encrypted one opens.</summary>
public sealed class SamplesTests
{
    [Theory]
    [InlineData(Samples.SignedAssertion, true, false)]
    [InlineData(Samples.SignedResponse, false, true)]
    [InlineData(Samples.Encrypted, true, true)]
    public void What_a_sample_says_of_its_signatures_holds(string name, bool assertion, bool response)
    {
        var document = Parse(Samples.Text(name));
        if (response)
            Assert.True(IsSigned(document.DocumentElement!, Samples.Idp));
        else
            Assert.Null(document.DocumentElement!["Signature", "http://www.w3.org/2000/09/xmldsig#"]);
        var inner = name == Samples.Encrypted ? Open(document, Samples.Sp) : document;
        if (assertion)
            Assert.True(IsSigned(One(inner, "//a:Assertion"), Samples.Idp));
        else
            Assert.Null(One(inner, "//a:Assertion")["Signature", "http://www.w3.org/2000/09/xmldsig#"]);
        Assert.Equal(Samples.Audience, One(inner, "//a:Audience").InnerText);
        Assert.Equal(Samples.Recipient, One(inner, "//a:SubjectConfirmationData").GetAttribute("Recipient"));
        Assert.Equal(Samples.Issuer, One(inner, "//a:Assertion/a:Issuer").InnerText);
        Assert.Equal(Samples.NameId, One(inner, "//a:NameID").InnerText);
        Assert.Equal("alice@example.com", One(inner, "//a:Attribute[@Name='mail']/a:AttributeValue").InnerText);
    }
}
