using System.IO.Compression;
using System.Text;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Federation.Saml;

/// <summary>The provider's messages are written here by the same code with its key: what is read back is what was written, and nothing changed.</summary>
public sealed class SamlLogoutTests
{
    static readonly SamlLogoutExpectation Expectation = new() { IdentityProvider = Idp, SigningKeys = [IdpPublic], SingleLogoutUrl = Slo, Now = Now, RequestId = "_ours" };
    static readonly LogoutRequest Request = new("_logout", Now, Slo, Idp, new(Alice, SamlNames.EmailFormat, "n", Sp), ["_session", "_other"], Now.AddMinutes(5));
    static readonly LogoutResponse Response = new("_done", Now, Slo, Idp, "_ours", SamlNames.Success);

    [Fact]
    public void Redirected_messages_are_read()
    {
        AssertSame(Request, SamlLogouts.ReadRedirect(Query(Request), Expectation));
        AssertSame(Response, SamlLogouts.ReadRedirect(Query(Response), Expectation));
        Assert.Equal("state +&%", SamlLogouts.ReadRedirect("?" + Query(Request, "state +&%") + "&unsigned=1", Expectation).RelayState);
    }

    [Fact]
    public void Posted_messages_are_read()
    {
        AssertSame(Request, SamlLogouts.ReadPost("SAMLRequest", SamlRequests.PostField(Request, IdpKey), Expectation));
        AssertSame(Response, SamlLogouts.ReadPost("SAMLResponse", SamlRequests.PostField(Response, IdpKey), Expectation));
    }

    [Fact]
    public void Signature_is_over_the_octets_of_the_query_however_they_are_encoded()
    {
        // Lower-case escapes, as .NET Framework providers send them: other octets than we would write for the same values.
        var query = Query(Request)[..Query(Request).IndexOf("&Signature=", StringComparison.Ordinal)];
        var lower = string.Concat(query.Select((octet, at) => query.IndexOf('%', Math.Max(0, at - 2), Math.Min(at, 2)) >= 0 ? char.ToLowerInvariant(octet) : octet));
        var signature = Uri.EscapeDataString(Convert.ToBase64String(IdpKey.Sign(Encoding.ASCII.GetBytes(lower))));
        Assert.NotEqual(query, lower);
        AssertSame(Request, SamlLogouts.ReadRedirect($"{lower}&Signature={signature}", Expectation));
        Assert.Equal(AssertionFlaw.SignatureInvalid, SamlLogouts.ReadRedirect($"{query}&Signature={signature}", Expectation).Flaw);
    }

    [Theory]
    [InlineData("SAMLRequest")]
    [InlineData("RelayState")]
    [InlineData("SigAlg")]
    [InlineData("Signature")]
    public void Doubled_parameter_is_refused(string name) =>
        Assert.Equal(AssertionFlaw.Malformed, SamlLogouts.ReadRedirect(Query(Request, "s") + $"&{name}=x", Expectation).Flaw);

    [Fact]
    public void Redirect_is_refused_unsigned_changed_or_of_a_weak_method()
    {
        var query = Query(Request, "s");
        AssertFlaw(AssertionFlaw.NotSigned, Query(Request, "s", key: null));
        AssertFlaw(AssertionFlaw.SignatureInvalid, query.With("RelayState=s", "RelayState=t"));
        AssertFlaw(AssertionFlaw.SignatureInvalid, query.With("&RelayState=s", ""));
        AssertFlaw(AssertionFlaw.SignatureInvalid, Query(Request, "s", Stranger));
        AssertFlaw(AssertionFlaw.WeakSignature, query.With("rsa-sha256", "rsa-sha1").With("2001%2F04%2Fxmldsig-more", "2000%2F09%2Fxmldsig"));
        AssertFlaw(AssertionFlaw.Malformed, query.With("SAMLRequest=", "SAMLOther="));
        AssertFlaw(AssertionFlaw.Malformed, query + "&SAMLResponse=x");
        AssertFlaw(AssertionFlaw.Malformed, query.With("&Signature=", "&Signature=%25"));
        AssertFlaw(AssertionFlaw.TooLarge, query + "&x=" + new string('x', 70_000));
        AssertFlaw(AssertionFlaw.Malformed, "");
    }

    [Fact]
    public void Deflate_bomb_is_refused()
    {
        using var bomb = new MemoryStream();
        using (var deflate = new DeflateStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
            deflate.Write(new byte[20_000_000]);
        var query = $"SAMLRequest={Uri.EscapeDataString(Convert.ToBase64String(bomb.ToArray()))}&SigAlg={Uri.EscapeDataString(SignatureMethod.RsaSha256)}";
        AssertFlaw(AssertionFlaw.TooLarge, $"{query}&Signature={Uri.EscapeDataString(Convert.ToBase64String(IdpKey.Sign(Encoding.ASCII.GetBytes(query))))}");
    }

    [Fact]
    public void Posted_message_is_refused_unsigned_or_by_a_stranger()
    {
        Assert.Equal(AssertionFlaw.NotSigned, SamlLogouts.ReadPost("SAMLRequest", SamlRequests.PostField(Request, null), Expectation).Flaw);
        Assert.Equal(AssertionFlaw.SignatureInvalid, SamlLogouts.ReadPost("SAMLRequest", SamlRequests.PostField(Request, Stranger), Expectation).Flaw);
        Assert.Equal(AssertionFlaw.Malformed, SamlLogouts.ReadPost("SAMLResponse", SamlRequests.PostField(Request, IdpKey), Expectation).Flaw);
        var changed = Base64(Encoding.UTF8.GetString(Convert.FromBase64String(SamlRequests.PostField(Request, IdpKey))).With(Alice, Victim));
        Assert.Equal(AssertionFlaw.SignatureInvalid, SamlLogouts.ReadPost("SAMLRequest", changed, Expectation).Flaw);
    }

    [Fact]
    public void Content_is_held_against_the_expectation()
    {
        AssertFlaw(AssertionFlaw.WrongIssuer, Query(Request with { Issuer = "https://idp.other.test" }));
        AssertFlaw(AssertionFlaw.WrongDestination, Query(Request with { Destination = Acs }));
        AssertFlaw(AssertionFlaw.Expired, Query(Request with { IssueInstant = Now.AddMinutes(-8) }));
        AssertFlaw(AssertionFlaw.Expired, Query(Request with { NotOnOrAfter = Now.AddMinutes(-3) }));
        AssertFlaw(AssertionFlaw.NotYetValid, Query(Request with { IssueInstant = Now.AddMinutes(3.1) }));
        AssertFlaw(AssertionFlaw.NoSubject, Query(Request with { Subject = new("") }));
        AssertFlaw(AssertionFlaw.TooLarge, Query(Request with { SessionIndexes = [.. Enumerable.Range(0, 101).Select(n => $"{n}")] }));
        AssertFlaw(AssertionFlaw.NotAsked, Query(Response with { InResponseTo = "_other" }));
        Assert.Equal(AssertionFlaw.NotAsked, SamlLogouts.ReadRedirect(Query(Response), Expectation with { RequestId = null }).Flaw);
    }

    [Fact]
    public void Refused_logout_keeps_its_status() =>
        Assert.Equal(SamlNames.Responder, Assert.IsType<LogoutResponse>(SamlLogouts.ReadRedirect(Query(Response with { Status = SamlNames.Responder }), Expectation).Message).Status);

    static string Query(SamlMessage message, string? relayState = null) => Query(message, relayState, IdpKey);

    static string Query(SamlMessage message, string? relayState, ServiceProviderKey? key)
    {
        var url = SamlRequests.RedirectUrl(message, key, relayState);
        return url[(url.IndexOf('?', StringComparison.Ordinal) + 1)..];
    }

    static void AssertFlaw(AssertionFlaw flaw, string query)
    {
        var reading = SamlLogouts.ReadRedirect(query, Expectation);
        Assert.Equal(flaw, reading.Flaw);
        Assert.Null(reading.Message);
    }

    static void AssertSame(SamlMessage expected, SamlLogoutReading reading)
    {
        Assert.Equal(AssertionFlaw.None, reading.Flaw);
        Assert.Equal(Now + SamlLogouts.Lifetime + SamlExpectation.Skew, reading.UsableUntil);
        Assert.Equivalent(expected, reading.Message, strict: true);
    }
}
