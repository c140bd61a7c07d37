using Microsoft.AspNetCore.Mvc;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Http;

namespace OAuthServer.Features.Saml;

/// <summary>
/// Forms that another site posts arrive without our cookies, because these are SameSite=Lax. A page of our own posts them to the same
/// address once more, by a script or by a button. A browser that says nothing of where a form comes from is believed to have sent what it has.
/// </summary>
public sealed class Reposting(SsoRequests requests)
{
    const string Mark = "again";
    static readonly string[] Fields = ["SAMLResponse", "SAMLRequest", "RelayState"];

    /// <summary>True for a form that another site posted and that was not posted again yet.</summary>
    public bool IsWanted(HttpContext context, RequestForm form) =>
        form[Mark] is null && !requests.IsBrowserKnown(context) && context.Request.Headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none");

    /// <summary>The page that posts it again.</summary>
    public IActionResult Again(HttpContext context, RequestForm form, string path) => ProviderRequestResult.Of(
        context,
        new ProviderRequest.Post(
            context.Request.PathBase + path,
            [.. Fields.Where(name => form[name] is not null).Select(name => KeyValuePair.Create(name, form[name]!)), new(Mark, "1")]));
}
