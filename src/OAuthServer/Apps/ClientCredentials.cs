using System.Text;
using OAuthServer.Http;

namespace OAuthServer.Apps;

/// <summary>How a request says which app it comes from, before any of it is believed (RFC 6749 section 2.3, RFC 7521 section 4.2).</summary>
public abstract record ClientCredentials(string ClientId)
{
    /// <summary>A secret, in the Authorization header or in the form.</summary>
    public sealed record Secret(string ClientId, string Value, bool InHeader) : ClientCredentials(ClientId)
    {
        /// <summary>Without the secret, which must not reach a log.</summary>
        public override string ToString() => $"{nameof(Secret)} of {ClientId}";
    }

    /// <summary>A signed assertion.</summary>
    public sealed record Assertion(string ClientId, CompactJws Jws) : ClientCredentials(ClientId);

    /// <summary>A name and no proof.</summary>
    public sealed record Named(string ClientId) : ClientCredentials(ClientId);

    /// <summary>No more than the issuer of the assertion that the request rests on, which may be signed by the app (RFC 7521 section 4.1: a client_id is not needed).</summary>
    public sealed record Issuer(string ClientId) : ClientCredentials(ClientId);

    const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const int MaxClientId = 512;

    /// <summary>Finds the one method that was used; more than one is an error.</summary>
    /// <param name="request">For its header.</param>
    /// <param name="form">Its parameters.</param>
    /// <param name="assertedBy">The issuer of an assertion that the request rests on; null where it rests on none.</param>
    /// <returns>The credentials, or an error; neither when the request names no app.</returns>
    public static (ClientCredentials? Credentials, OAuthError? Error) Of(HttpRequest request, RequestForm form, string? assertedBy = null)
    {
        var formId = form["client_id"];
        var formSecret = form["client_secret"];
        var assertion = form["client_assertion"];
        var (basic, malformed) = OfHeader(request);
        if (malformed)
            return (null, OAuthError.InvalidClient);
        if (!CanBeClientId(formId ?? "") || !CanBeClientId(basic?.ClientId ?? ""))
            return (null, OAuthError.InvalidClient);
        if ((basic is null ? 0 : 1) + (formSecret is null ? 0 : 1) + (assertion is null ? 0 : 1) > 1)
            return (null, OAuthError.InvalidRequest("Use one way of client authentication, not several (RFC 6749 section 2.3)."));
        if (basic is not null)
        {
            return formId is not null && formId != basic.ClientId
                ? (null, OAuthError.InvalidRequest("client_id differs from the client in the Authorization header."))
                : (basic, null);
        }
        if (assertion is not null)
            return OfAssertion(form, assertion, formId);
        if (formSecret is null && assertedBy is not null && CanBeClientId(assertedBy) && (formId ?? assertedBy) == assertedBy)
            return (new Issuer(assertedBy), null);
        if (formId is null)
            return (null, null);
        return (formSecret is null ? new Named(formId) : new Secret(formId, formSecret, InHeader: false), null);
    }

    static (ClientCredentials?, OAuthError?) OfAssertion(RequestForm form, string assertion, string? formId)
    {
        if (form["client_assertion_type"] != JwtBearer)
            return (null, OAuthError.InvalidRequest("client_assertion_type must be " + JwtBearer + "."));
        if (CompactJws.TryParse(assertion) is not { } jws || CompactJws.Text(jws.Claims, "sub") is not { } subject || !CanBeClientId(subject))
            return (null, OAuthError.InvalidClient);
        return formId is not null && formId != subject
            ? (null, OAuthError.InvalidRequest("client_id differs from the subject of the client assertion."))
            : (new Assertion(subject, jws), null);
    }

    /// <summary>RFC 6749 appendix A.1, as far as it keeps out what no record of the attempt could hold.</summary>
    static bool CanBeClientId(string text) => text.Length <= MaxClientId && !text.Any(char.IsControl);

    /// <summary>Id and secret are form-encoded before they are joined (RFC 6749 section 2.3.1).</summary>
    static (Secret? Credentials, bool Malformed) OfHeader(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        if (header.Count == 0)
            return (null, false);
        if (header.Count > 1)
            return (null, true);
        if (!header[0]!.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return (null, false);
        var text = new byte[header[0]!.Length];
        if (!Convert.TryFromBase64String(header[0]![6..].Trim(), text, out var length))
            return (null, true);
        var pair = Encoding.UTF8.GetString(text, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
            return (null, true);
        return (new(FormDecoded(pair[..colon]), FormDecoded(pair[(colon + 1)..]), InHeader: true), false);
    }

    static string FormDecoded(string text) =>
        text.AsSpan().IndexOfAny('+', '%') < 0 ? text : System.Net.WebUtility.UrlDecode(text);
}
