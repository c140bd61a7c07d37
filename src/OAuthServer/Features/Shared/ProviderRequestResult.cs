using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using OAuthServer.Federation;

namespace OAuthServer.Features.Shared;

/// <summary>Sends the browser on to a provider: by a redirect, or by a page that posts a form there.</summary>
public static class ProviderRequestResult
{
    const string View = "/Features/Shared/PostOn.cshtml";

    /// <summary>The answer of the door.</summary>
    public static IActionResult Of(HttpContext context, ProviderRequest request)
    {
        switch (request)
        {
            case ProviderRequest.Redirect redirect:
                return new RedirectResult(redirect.Url);
            case ProviderRequest.Post post:
                // Providers lead on to other hosts of theirs, through redirects that browsers check against form-action too.
                PageHeaders.AllowAnyFormAction(context);
                return new ViewResult
                {
                    ViewName = View,
                    ViewData = new ViewDataDictionary<ProviderRequest.Post>(new EmptyModelMetadataProvider(), new ModelStateDictionary()) { Model = post },
                };
            default:
                return SignInRefusal.ProviderUnreachable(context);
        }
    }
}
