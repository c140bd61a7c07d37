using Microsoft.AspNetCore.Mvc;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Http;

namespace OAuthServer.Features.Saml;

/// <summary>
/// The assertion consumer service (SAML bindings section 3.5). The request that an answer names is used up first. An answer that another
/// site's page posted comes without our cookies: it is posted once more by a page of our own, and then they are there.
/// </summary>
public sealed class ConsumerDoor(SsoRequests requests, SamlAnswers answers, SsoAnswers outcomes, Reposting reposting)
{
    /// <summary>Of a form, in bytes: an assertion names all the groups of somebody who is in hundreds.</summary>
    const int LargestForm = 768 * 1024;

    /// <summary>What follows from the answer.</summary>
    public async Task<IActionResult> HandleAsync(HttpContext context, ProviderEntry provider)
    {
        var (form, wrong) = await RequestForm.ReadAsync(context, LargestForm);
        if (wrong is { Status: StatusCodes.Status413PayloadTooLarge })
            return await outcomes.AnswerAsync(context, null, ProviderAnswer.Refused(provider, AssertionFlaw.TooLarge, wrong.Description));
        if (form?["SAMLResponse"] is not { } response)
            return await outcomes.AnswerAsync(context, null, ProviderAnswer.Refused(provider, AssertionFlaw.Malformed, "There is no SAMLResponse."));
        if (reposting.IsWanted(context, form))
            return reposting.Again(context, form, provider.Path + "/acs");
        var claim = SamlResponses.Peek(response);
        var back = await requests.TakeAsync(context, provider, SsoRequests.HandleOf(form["RelayState"], claim?.InResponseTo));
        if (back is { Errand.Purpose: SsoPurpose.SignOut })
            back = null;
        return await outcomes.AnswerAsync(context, back, await answers.ReadAsync(provider, response, back, context.RequestAborted));
    }
}
