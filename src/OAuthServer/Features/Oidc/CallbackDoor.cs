using Microsoft.AspNetCore.Mvc;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Federation.Oidc;
using OAuthServer.Http;

namespace OAuthServer.Features.Oidc;

/// <summary>
/// The redirect URI at an OpenID provider. The request is taken first: a browser that was not sent, or has been answered, makes us ask
/// the provider nothing and learns nothing.
/// </summary>
public sealed class CallbackDoor(SsoRequests requests, OidcAnswers answers, SsoAnswers outcomes)
{
    const int LongestCode = 4096;

    /// <summary>What follows from the answer.</summary>
    public async Task<IActionResult> HandleAsync(HttpContext context, ProviderEntry provider)
    {
        var (form, _) = await RequestForm.ReadAsync(context);
        if (form is null || form["code"]?.Length > LongestCode)
            return await outcomes.AnswerAsync(context, null, ProviderAnswer.Refused(provider, AssertionFlaw.Malformed, "The parameters cannot be read."));
        if (await requests.TakeAsync(context, provider, form["state"]) is not { Errand.Purpose: not SsoPurpose.SignOut } back)
            return await outcomes.AnswerAsync(context, null, ProviderAnswer.Refused(provider, AssertionFlaw.StateUnknown));
        var callback = new OidcCallback(form["code"], form["iss"], form["error"], form["error_description"]);
        return await outcomes.AnswerAsync(context, back, await answers.ReadAsync(provider, back, callback, context.RequestAborted));
    }
}
